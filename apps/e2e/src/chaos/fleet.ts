import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort, startPostgres, startRedis } from '@latchkey/testing';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Secrets } from '../harness/secrets.ts';
import { freshLogDir, type System } from '../harness/system.ts';
import { Database } from './database.ts';
import { NatsServer } from './nats-server.ts';
import { Network } from './network.ts';
import { Service } from './service.ts';
import { startUpstream, type Upstream } from './upstream.ts';

/** N, by what is asked: both are judged in one run. */
export const bounds = { readMs: 5000, writeMs: 2000 };

export interface Gateway {
  service: Service;
  /** Between it and NATS */
  network: Network;
  feedStatusUrl: string;
}

/** Identity, keys and three gateways as processes of their own, each gateway with a network of its own, on servers that can be broken. */
export interface Fleet extends System {
  readonly nats: NatsServer;
  readonly database: Database;
  readonly identity: Service;
  readonly keys: Service;
  readonly fleet: readonly Gateway[];
  readonly upstream: Upstream;
  readonly signingKey: JWK;
}

const gatewayCount = 3;

export async function startFleet(name: string): Promise<Fleet> {
  const logDir = freshLogDir(name);
  const stops: (() => Promise<unknown> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  const stoppable = <T extends { stop(): Promise<unknown> }>(part: T): T => {
    stops.push(() => part.stop());
    return part;
  };
  try {
    // Its commits must outlive its own crash, which they do not without waiting for the log to be written.
    const postgres = stoppable(await startPostgres({ durable: true }));
    const database = new Database(postgres.url);
    stops.push(() => database.close());
    const nats = stoppable(await NatsServer.start());
    const redis = stoppable(await startRedis());
    const signingKey: JWK = { ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)), kid: 'gateways' };
    const { d: _, ...publicKey } = signingKey;
    const upstream = await startUpstream({ ...publicKey, alg: 'ES256', use: 'sig' });
    stops.push(() => upstream.close());
    const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-chaos-'));
    stops.push(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));

    const admin = { email: 'ada@example.com', password: `pw-${randomBytes(12).toString('base64url')}` };
    const port = { identity: await freePort(), keys: await freePort(), gateways: await freePorts(gatewayCount), management: await freePorts(gatewayCount) };
    const urlOf = (at: number): string => `http://localhost:${at}`;
    const gatewayUrl = urlOf(port.gateways[0] ?? 0);
    const common = {
      HOST: '127.0.0.1', LATCHKEY_LOG_LEVEL: 'info', REDIS_URL: redis.url, LATCHKEY_ISSUER: urlOf(port.identity), LATCHKEY_GATEWAY_URL: gatewayUrl,
      LATCHKEY_KEYS_URL: urlOf(port.keys), LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true',
    };
    const forWriters = {
      ...common, DATABASE_URL: postgres.url, NATS_URL: nats.url, LATCHKEY_MASTER_KEY: randomBytes(32).toString('base64'),
      LATCHKEY_GATEWAY_JWKS_URL: upstream.jwksUrl, LATCHKEY_REGISTRATION_LIMIT_PER_HOUR: '100000',
    };
    const forGateways = {
      ...common, LATCHKEY_GATEWAY_SIGNING_KEY: JSON.stringify(signingKey), LATCHKEY_SESSION_SEALING_KEY: randomBytes(32).toString('base64'),
      LATCHKEY_RATE_LIMIT_PER_MINUTE: '1000000', LATCHKEY_FAILED_CREDENTIALS_PER_MINUTE: '1000000',
      LATCHKEY_FRESHNESS_BOUND_MS: String(bounds.readMs), LATCHKEY_FRESHNESS_BOUND_WRITE_MS: String(bounds.writeMs),
    };
    const service = (serviceName: string, app: string, at: number, env: Record<string, string>): Service =>
      stoppable(new Service({ name: serviceName, script: `apps/${app}/dist/main.js`, url: urlOf(at), logDir, env: { ...env, PORT: String(at) } }));

    const identity = service('identity', 'identity', port.identity, {
      ...forWriters, LATCHKEY_ADMIN_EMAIL: admin.email, LATCHKEY_ADMIN_PASSWORD: admin.password, LATCHKEY_MANAGEMENT_PORT: String(await freePort()),
    });
    const keys = service('keys', 'keys', port.keys, { ...forWriters, LATCHKEY_MANAGEMENT_PORT: String(await freePort()) });
    await Promise.all([identity.start(), keys.start()]);
    const fleet: Gateway[] = [];
    for (const [index, at] of port.gateways.entries()) {
      const network = await Network.to(nats.url);
      stops.push(() => network.close());
      const management = port.management[index] ?? 0;
      fleet.push({
        network, feedStatusUrl: `http://127.0.0.1:${management}/feed-status`,
        service: service(`gateway-${index}`, 'gateway', at, {
          ...forGateways, NATS_URL: network.url, LATCHKEY_MANAGEMENT_PORT: String(management), LATCHKEY_DATA_DIR: join(dataDir, `gateway-${index}`),
        }),
      });
    }
    await Promise.all(fleet.map((gateway) => gateway.service.start()));
    await eventually(async () => (await Promise.all([identity, keys, ...fleet.map((gateway) => gateway.service)].map((one) => one.isReady()))).every(Boolean), { timeoutMs: 60_000 });
    // Ready means able to serve; the first administrator follows within moments.
    await eventually(async () => (await database.query('SELECT 1 FROM identity.members')).length > 0);
    return {
      gatewayUrl, gateways: port.gateways.map(urlOf), issuer: urlOf(port.identity), org: 'default', project: 'default', admin,
      secrets: new Secrets(), logDir, logDirs: [logDir], stop, nats, database, identity, keys, fleet, upstream, signingKey,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}
