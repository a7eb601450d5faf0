import { randomBytes } from 'node:crypto';
import { eventually, freePort, startNginx, startPostgres, startRedis, startSentinel, type TestNginx, type TestRedis } from '@latchkey/testing';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import pg from 'pg';
import { Database } from '../chaos/database.ts';
import { Service } from '../chaos/service.ts';
import { startUpstream, type Upstream } from '../chaos/upstream.ts';
import { startNatsCluster, type NatsCluster } from './nats-cluster.ts';
import { Secrets } from './secrets.ts';
import { freshLogDir, type System } from './system.ts';

/** Two of each service, on servers of which each may fail. */
export interface Available extends System {
  readonly postgres: Database;
  /** With the name of the database in place */
  readonly databaseUrl: string;
  /** Of the server, where databases are made and renamed */
  readonly maintenanceUrl: string;
  readonly nats: NatsCluster;
  readonly primary: TestRedis;
  readonly upstream: Upstream;
  readonly identities: readonly Service[];
  readonly keys: readonly Service[];
  readonly fronts: readonly Service[];
  /** Where each gateway says how well it knows the feeds */
  readonly feedStatusUrls: readonly string[];
}

/** Callers of identity and keys come through a proxy that turns to the other replica where a connection is refused. */
function startBalancer(ports: readonly number[]): Promise<TestNginx> {
  const upstream = `upstream replicas { ${ports.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join(' ')} keepalive 8; keepalive_timeout 4s; }`;
  return startNginx('location / { proxy_pass http://replicas; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; }', upstream);
}

export async function startAvailable(name: string): Promise<Available> {
  const logDir = freshLogDir(name);
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  const stoppable = <T extends { stop(): Promise<unknown> }>(part: T): T => {
    stops.push(() => part.stop());
    return part;
  };
  try {
    const server = stoppable(await startPostgres({ durable: true }));
    const databaseUrl = Object.assign(new URL(server.url), { pathname: '/latchkey' }).href;
    const maintenance = new pg.Client({ connectionString: server.url });
    await maintenance.connect();
    await maintenance.query('CREATE DATABASE latchkey');
    await maintenance.end();
    const postgres = new Database(databaseUrl);
    stops.push(() => postgres.close());
    const nats = stoppable(await startNatsCluster());
    const primary = stoppable(await startRedis());
    const primaryPort = Number(new URL(primary.url).port);
    stoppable(await startRedis({ replicaOf: primaryPort }));
    const sentinel = stoppable(await startSentinel(primaryPort));

    const signingKey: JWK = { ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)), kid: 'gateways' };
    const { d: _, ...publicKey } = signingKey;
    const upstream = await startUpstream({ ...publicKey, alg: 'ES256', use: 'sig' });
    stops.push(() => upstream.close());

    const port = { identities: await twoPorts(), keys: await twoPorts(), fronts: await twoPorts(), management: await twoPorts() };
    const [forIdentity, forKeys] = [stoppable(await startBalancer(port.identities)), stoppable(await startBalancer(port.keys))];
    const gatewayUrl = `http://localhost:${port.fronts[0] ?? 0}`;
    const admin = { email: 'ada@example.com', password: `pw-${randomBytes(12).toString('base64url')}` };
    const common = {
      HOST: '127.0.0.1', LATCHKEY_LOG_LEVEL: 'info', LATCHKEY_ISSUER: forIdentity.url, LATCHKEY_GATEWAY_URL: gatewayUrl, LATCHKEY_KEYS_URL: forKeys.url,
      NATS_URL: nats.url, REDIS_URL: sentinel.url, LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true', LATCHKEY_DRAIN_SECONDS: '3',
      LATCHKEY_RATE_LIMIT_PER_MINUTE: '1000000', LATCHKEY_FAILED_CREDENTIALS_PER_MINUTE: '1000000',
    };
    const forWriters = { ...common, DATABASE_URL: databaseUrl, LATCHKEY_MASTER_KEY: randomBytes(32).toString('base64'), LATCHKEY_GATEWAY_JWKS_URL: upstream.jwksUrl, LATCHKEY_REGISTRATION_LIMIT_PER_HOUR: '100000', LATCHKEY_ADMIN_EMAIL: admin.email, LATCHKEY_ADMIN_PASSWORD: admin.password };
    const forGateways = {
      ...common, LATCHKEY_GATEWAY_SIGNING_KEY: JSON.stringify(signingKey), LATCHKEY_SESSION_SEALING_KEY: randomBytes(32).toString('base64'),
    };
    const service = async (app: string, at: number, index: number, env: Record<string, string>, management?: number): Promise<Service> =>
      stoppable(new Service({
        name: `${app}-${index}`, script: `apps/${app}/dist/main.js`, url: `http://localhost:${at}`, logDir,
        env: { ...env, PORT: String(at), LATCHKEY_MANAGEMENT_PORT: String(management ?? (await freePort())) },
      }));
    const both = (app: string, ports: readonly number[], env: Record<string, string>, management: readonly number[] = []): Promise<Service[]> =>
      Promise.all(ports.map((at, index) => service(app, at, index, env, management[index])));
    const identities = await both('identity', port.identities, forWriters);
    const keys = await both('keys', port.keys, forWriters);
    const fronts = await both('gateway', port.fronts, forGateways, port.management);
    // Each first one migrates.
    for (const pair of [[identities[0], keys[0]], [identities[1], keys[1]], fronts]) await Promise.all(pair.map((each) => each?.start()));
    await eventually(async () => (await Promise.all([...identities, ...keys, ...fronts].map((each) => each.isReady()))).every(Boolean), { timeoutMs: 60_000 });
    await eventually(async () => (await postgres.query('SELECT 1 FROM identity.members')).length > 0);
    return {
      gatewayUrl, gateways: port.fronts.map((at) => `http://localhost:${at}`), issuer: forIdentity.url, org: 'default', project: 'default', admin,
      secrets: new Secrets(), logDir, logDirs: [logDir], stop, postgres, databaseUrl, maintenanceUrl: server.url, nats, primary, upstream, identities, keys, fronts,
      feedStatusUrls: port.management.map((at) => `http://127.0.0.1:${at}/feed-status`),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const twoPorts = async (): Promise<number[]> => [await freePort(), await freePort()];
