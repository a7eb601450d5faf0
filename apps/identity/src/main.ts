import { NatsFeed } from '@latchkey/feed';
import { EnvironmentError, PortInUseError } from '@latchkey/service';
import { createLogger } from '@latchkey/telemetry';
import { readIdentityEnv } from './env.ts';
import { startIdentity } from './start.ts';

async function main(): Promise<void> {
  const env = readIdentityEnv();
  if (env.NATS_URL === undefined) throw new EnvironmentError(['NATS_URL: required where identity is a process of its own']);
  const logger = createLogger('identity', env.LATCHKEY_LOG_LEVEL);
  const feed = await NatsFeed.connect({ servers: env.NATS_URL, name: 'identity', logger });
  const service = await startIdentity({ env, feed, logger });
  const { LATCHKEY_ADMIN_EMAIL: email, LATCHKEY_ADMIN_PASSWORD: password } = env;
  if (email !== undefined && password !== undefined) {
    // Without a first user nobody could ever sign in; once anybody has an account, this does nothing.
    const created = await service.seed.admin({ email, password, org: 'default', project: 'default' });
    logger.info({ created }, 'first administrator');
  }
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
