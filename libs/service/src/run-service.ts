import { NatsFeed, NatsTrail, type AuditTrail, type Feed } from '@latchkey/feed';
import { createLogger, startTracing, type Logger, type Tracing } from '@latchkey/telemetry';
import { EnvironmentError } from './load-env.ts';
import { PortInUseError } from './port-in-use.ts';

export interface ServiceParts<Env> {
  env: Env;
  feed: Feed;
  trail: AuditTrail;
  logger: Logger;
  /** Undefined where nothing is to be traced */
  tracing: Tracing | undefined;
}

export interface ServiceProcess<Env> {
  name: string;
  readEnv: () => Env;
  start: (parts: ServiceParts<Env>) => Promise<{ close(): Promise<void> }>;
}

/** What whoever starts it can mend is said in a line; everything else with its stack. */
function words(error: unknown): string {
  if (error instanceof EnvironmentError || error instanceof PortInUseError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function run<Env extends { NATS_URL?: string | undefined; LATCHKEY_LOG_LEVEL: string }>(service: ServiceProcess<Env>): Promise<void> {
  const env = service.readEnv();
  if (env.NATS_URL === undefined) throw new EnvironmentError([`NATS_URL: required where ${service.name} is a process of its own`]);
  const logger = createLogger(service.name, env.LATCHKEY_LOG_LEVEL);
  const tracing = await startTracing(service.name, logger);
  const feed = await NatsFeed.connect({ servers: env.NATS_URL, name: service.name, logger });
  const trail = await NatsTrail.connect({ servers: env.NATS_URL, name: `${service.name} audit`, logger });
  const running = await service.start({ env, feed, trail, logger, tracing });
  const stop = async (signal: string): Promise<void> => {
    logger.info({ signal }, 'stopping');
    await running.close();
    await trail.close();
    await feed.close();
    await tracing?.stop();
    process.exit(0);
  };
  process.once('SIGTERM', (signal) => void stop(signal));
  process.once('SIGINT', (signal) => void stop(signal));
}

/** The life of one service as a process of its own: environment, feed, start, and an orderly end on SIGTERM or SIGINT. */
export function runService<Env extends { NATS_URL?: string | undefined; LATCHKEY_LOG_LEVEL: string }>(service: ServiceProcess<Env>): void {
  run(service).catch((error: unknown) => {
    process.stderr.write(`${words(error)}\n`);
    process.exit(1);
  });
}
