import { checkNats, NatsFeed, NatsTrail, type AuditTrail, type Feed } from '@latchkey/feed';
import { createLogger, startTracing, type Logger, type Tracing } from '@latchkey/telemetry';
import type { z } from 'zod';
import { EnvironmentError } from './load-env.ts';
import { PortInUseError } from './port-in-use.ts';
import { SecretFiles } from './secret-files.ts';
import type { RunningService } from './service.ts';
import { problemsAtStart, type StartCheck } from './start/run-checks.ts';

export interface ServiceParts<Env> {
  env: Env;
  feed: Feed;
  trail: AuditTrail;
  logger: Logger;
  /** Undefined where nothing is to be traced */
  tracing: Tracing | undefined;
  /** What was given as a file, and is read anew when that changes */
  secrets: SecretFiles;
  /** As it is at the moment */
  natsUrl: () => string;
}

interface ProcessEnv {
  NATS_URL?: string | undefined;
  LATCHKEY_LOG_LEVEL: string;
  LATCHKEY_DRAIN_SECONDS: number;
}

export interface ServiceProcess<Env> {
  name: string;
  /** The stream whose state this service may read */
  stream: string;
  schema: z.ZodObject;
  readEnv: () => Env;
  /** What else must be so; a variable that is wrong is absent. */
  checks: (env: Partial<Env>) => readonly StartCheck[];
  start: (parts: ServiceParts<Env>) => Promise<Pick<RunningService, 'drain' | 'close'>>;
}

/** What whoever starts it can mend is said in a line; everything else with its stack. */
function words(error: unknown): string {
  const isPlain = error instanceof EnvironmentError || error instanceof PortInUseError || (error instanceof Error && error.name === 'SchemaBehindError');
  if (isPlain) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * The environment, once everything that it names was found usable.
 * @throws EnvironmentError with every problem, of variables and of the servers that they name
 */
async function usableEnv<Env extends ProcessEnv>({ name, stream, readEnv, checks }: ServiceProcess<Env>): Promise<Env & { NATS_URL: string }> {
  let env: Env | undefined;
  let readable: Partial<Env>;
  const problems: string[] = [];
  try {
    readable = env = readEnv();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    problems.push(...error.problems);
    readable = error.readable as Partial<Env>;
  }
  const servers = readable.NATS_URL;
  if (servers === undefined && !problems.some((problem) => problem.startsWith('NATS_URL'))) problems.push(`NATS_URL: required where ${name} is a process of its own. Set it to nats://user:password@host:4222, or NATS_URL_FILE to a file that holds it.`);
  const nats: StartCheck[] = servers === undefined ? [] : [(patienceMs) => checkNats({ servers, stream, patienceMs })];
  const all = await problemsAtStart(problems, [...nats, ...checks(readable)]);
  if (all.length > 0 || env === undefined || servers === undefined) throw new EnvironmentError(all, readable);
  return { ...env, NATS_URL: servers };
}

const closeMs = 15_000;

async function run<Env extends ProcessEnv>(service: ServiceProcess<Env>): Promise<void> {
  const env = await usableEnv(service);
  const logger = createLogger(service.name, env.LATCHKEY_LOG_LEVEL);
  const tracing = await startTracing(service.name, logger);
  const secrets = new SecretFiles({ schema: service.schema, source: process.env, logger });
  let natsUrl = env.NATS_URL;
  secrets.on('NATS_URL', (url: string) => (natsUrl = url));
  const servers = (): string => natsUrl;
  const feed = await NatsFeed.connect({ servers, name: service.name, logger });
  const trail = await NatsTrail.connect({ servers, name: `${service.name} audit`, logger });
  const running = await service.start({ env, feed, trail, logger, tracing, secrets, natsUrl: servers });
  secrets.start();
  const stop = async (signal: string): Promise<void> => {
    secrets.stop();
    logger.info({ signal, withinSeconds: env.LATCHKEY_DRAIN_SECONDS }, 'draining');
    await running.drain(env.LATCHKEY_DRAIN_SECONDS * 1000);
    logger.info('stopping');
    // Whatever does not close: by then nobody is being served, and what is decided is in Postgres.
    setTimeout(() => process.exit(1), closeMs).unref();
    await running.close();
    await trail.close();
    await feed.close();
    await tracing?.stop();
    process.exit(0);
  };
  // A second signal finds no handler and ends the process at once.
  process.once('SIGTERM', (signal) => void stop(signal));
  process.once('SIGINT', (signal) => void stop(signal));
}

/** The life of one service as a process of its own: environment, feed, start, and an orderly end on SIGTERM or SIGINT: bounded, and without a request that is lost. */
export function runService<Env extends ProcessEnv>(service: ServiceProcess<Env>): void {
  run(service).catch((error: unknown) => {
    process.stderr.write(`${words(error)}\n`);
    process.exit(1);
  });
}
