import { chmodSync, mkdirSync } from 'node:fs';
import { startDemoServer } from '@latchkey/demo-server';
import { lockDirectory } from '@latchkey/embedded-postgres';
import { InProcessFeed, InProcessTrail, NatsFeed, NatsTrail, type AuditTrail, type Feed } from '@latchkey/feed';
import { startGateway } from '@latchkey/gateway';
import { startIdentity } from '@latchkey/identity';
import { startKeys } from '@latchkey/keys';
import type { RunningService } from '@latchkey/service';
import { startTracing, type Tracing } from '@latchkey/telemetry';
import { alsoOnIpv6 } from './also-on-ipv6.ts';
import { Closing } from './closing.ts';
import { checkServers } from './check-servers.ts';
import { openDatabase } from './database.ts';
import { readServiceEnvs, type StandaloneEnv } from './env.ts';
import { openLog, type Log } from './log.ts';
import { checkPorts } from './ports.ts';
import { removeReadyFile, writeReadyFile, type ReadyDocument } from './ready-file.ts';
import { readSecrets } from './secrets.ts';
import { demo, org, project, seed } from './seed.ts';
import { waitUntilServed } from './wait-until-served.ts';

export interface Standalone {
  ready: ReadyDocument;
  logFile: string;
  /** Set on the start that created the account with a generated password: nobody can read it a second time. */
  generatedPassword: string | undefined;
  /** Where mail can be read that is not sent. */
  mailbox: string | undefined;
  /** Resolves if the embedded database ends on its own. */
  databaseEnded: Promise<void>;
  stop(): Promise<void>;
}

export interface StartOptions {
  env: StandaloneEnv;
  source: Record<string, string | undefined>;
  say: (line: string) => void;
  /** Aborted, the start ends at its next step and what was started is stopped. */
  signal: AbortSignal;
}

const openFeed = (env: StandaloneEnv, log: Log): Feed | Promise<Feed> =>
  env.NATS_URL === undefined ? new InProcessFeed() : NatsFeed.connect({ servers: env.NATS_URL, name: 'standalone', logger: log.of('feed') });

const openTrail = (env: StandaloneEnv, log: Log): AuditTrail | Promise<AuditTrail> =>
  env.NATS_URL === undefined ? new InProcessTrail() : NatsTrail.connect({ servers: env.NATS_URL, name: 'standalone audit', logger: log.of('feed') });

function openDataDir(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  // Started as root, Postgres runs as another account, which has to pass through; what is secret is closed file by file.
  chmodSync(directory, process.getuid?.() === 0 ? 0o711 : 0o700);
  return lockDirectory(directory);
}

/** Starts everything in one process, in an order in which each part finds what it needs, and resolves when a client could come. */
export async function startStandalone({ env, source, say, signal }: StartOptions): Promise<Standalone> {
  const release = openDataDir(env.LATCHKEY_DATA_DIR);
  const log = openLog(env);
  const closing = new Closing(log.of('standalone'));
  closing.add('the data directory', release);
  closing.add('the log', () => log.close());
  try {
    await checkPorts(env);
    if (env.LATCHKEY_READY_FILE !== undefined) removeReadyFile(env.LATCHKEY_READY_FILE);
    const secrets = readSecrets(env);
    // Whatever is wrong with the environment is said before the first server starts.
    readServiceEnvs(source, env, secrets, 'postgres://not-started-yet');
    await checkServers(env);

    const database = await openDatabase(env, say);
    closing.add('Postgres', () => database.stop(), 30_000);
    const envs = readServiceEnvs(source, env, secrets, database.url);
    const feed = await openFeed(env, log);
    closing.add('the feed', () => feed.close());
    const trail = await openTrail(env, log);
    closing.add('the audit trail', () => trail.close());
    signal.throwIfAborted();

    const traced = async (service: string): Promise<Tracing | undefined> => {
      const tracing = await startTracing(service, log.of(service), source);
      if (tracing !== undefined) closing.add(`traces of ${service}`, () => tracing.stop());
      return tracing;
    };
    const opened = async <S extends RunningService>(service: S): Promise<S> => {
      closing.add(service.name, () => service.close());
      closing.add(`${service.name} on IPv6`, await alsoOnIpv6(service));
      return service;
    };
    say('starting identity and keys …');
    const tracing = { identity: await traced('identity'), keys: await traced('keys') };
    const starting = [startIdentity({ env: envs.identity, feed, trail, logger: log.of('identity'), tracing: tracing.identity }), startKeys({ env: envs.keys, feed, trail, logger: log.of('keys'), tracing: tracing.keys })] as const;
    await Promise.allSettled(starting.map(async (service) => opened(await service)));
    const [identity] = await Promise.all(starting);
    signal.throwIfAborted();

    say('starting the gateway and the demo server …');
    const gateway = await opened(await startGateway({ env: envs.gateway, feed, trail, logger: log.of('gateway'), tracing: await traced('gateway') }));
    const demoServer = await startDemoServer({ host: '127.0.0.1', port: 0, gatewayUrl: envs.gateway.LATCHKEY_GATEWAY_URL, logger: log.of('demo-server') });
    closing.add('the demo server', () => demoServer.close());
    const generatedPassword = await seed(identity.seed, env, demoServer.url);
    await waitUntilServed(gateway, `/mcp/${demo}`, signal);

    const ready: ReadyDocument = {
      gateway: envs.gateway.LATCHKEY_GATEWAY_URL,
      identity: envs.identity.LATCHKEY_ISSUER,
      keys: envs.keys.LATCHKEY_KEYS_URL,
      adminEmail: env.LATCHKEY_ADMIN_EMAIL,
      org,
      project,
      demoServer: demo,
    };
    const file = env.LATCHKEY_READY_FILE;
    if (file !== undefined) {
      closing.add('the ready file', () => removeReadyFile(file));
      writeReadyFile(file, ready);
    }
    const mailbox = envs.identity.LATCHKEY_MAILBOX ? `${envs.identity.LATCHKEY_ISSUER}/mailbox` : undefined;
    return { ready, logFile: log.file, generatedPassword, mailbox, databaseEnded: database.ended, stop: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}
