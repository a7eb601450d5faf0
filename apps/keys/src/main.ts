import { NatsFeed } from '@latchkey/feed';
import { EnvironmentError, PortInUseError } from '@latchkey/service';
import { createLogger } from '@latchkey/telemetry';
import { readKeysEnv } from './env.ts';
import { startKeys } from './start.ts';

async function main(): Promise<void> {
  const env = readKeysEnv();
  if (env.NATS_URL === undefined) throw new EnvironmentError(['NATS_URL: required where keys is a process of its own']);
  const logger = createLogger('keys', env.LATCHKEY_LOG_LEVEL);
  const feed = await NatsFeed.connect({ servers: env.NATS_URL, name: 'keys', logger });
  const service = await startKeys({ env, feed, logger });
  const stop = async (signal: string): Promise<void> => {
    logger.info({ signal }, 'stopping');
    await service.close();
    await feed.close();
    process.exit(0);
  };
  process.once('SIGTERM', (signal) => void stop(signal));
  process.once('SIGINT', (signal) => void stop(signal));
}

main().catch((error: unknown) => {
  const known = error instanceof EnvironmentError || error instanceof PortInUseError;
  process.stderr.write(`${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
