import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, freshDatabase, startCollector, startNats, startRedis, type TestNats } from '@latchkey/testing';
import { exportJWK, generateKeyPair } from 'jose';
import { collectSecrets } from './collect-secrets.ts';
import { prepareDatabase } from './prepare-database.ts';
import { repository } from './repository.ts';
import { Secrets } from './secrets.ts';
import { isReady, startServiceProcess, type ServiceProcess } from './service-process.ts';
import { keepMetrics, keepTraces, sweep } from './sweep.ts';
import { freshLogDir, type TracedSystem } from './system.ts';

export interface Separate extends TracedSystem {
  readonly databaseUrl: string;
  /** What a command of an operator is given */
  readonly operatorEnv: Record<string, string>;
  /** Where each service reads its master key, and reads it again on SIGHUP */
  readonly masterKeyFiles: Readonly<Record<'identity' | 'keys', string>>;
  readonly nats: TestNats;
  /** As other services of the organization may use it */
  readonly serviceNatsUrl: string;
  /** Not for the outside: only the gateway is meant to call it */
  readonly keysUrl: string;
  readonly identity: ServiceProcess;
  readonly keys: ServiceProcess;
  readonly replicas: readonly ServiceProcess[];
  /** Kills the key service as a crash would, and starts another in its place. */
  crashKeys(): Promise<void>;
}

const org = 'default';

/** Identity, keys and two gateways as processes of their own, on real Postgres, NATS and Redis. */
export async function startSeparate(name: string, env: Record<string, string> = {}): Promise<Separate> {
  const logDir = freshLogDir(name);
  const secrets = new Secrets();
  const stops: (() => Promise<unknown>)[] = [];
  /** URL of `/metrics` by process */
  const pages: Record<string, string> = {};
  const traces = await startCollector();
  const settle = collectSecrets(secrets);
  const stopAll = async () => {
    for (const step of stops.splice(0).reverse()) await step();
    await settle();
    await traces.close();
  };
  const stop = async () => {
    await keepMetrics(logDir, pages);
    await stopAll();
    keepTraces(logDir, traces);
    sweep(secrets, [logDir]);
  };
  try {
    const database = await freshDatabase();
    stops.push(() => database.drop());
    const roleUrls = await prepareDatabase(database.url);
    const passwords = { identity: randomBytes(12).toString('hex'), keys: randomBytes(12).toString('hex'), gateway: randomBytes(12).toString('hex'), service: randomBytes(12).toString('hex') };
    // Each service with its own user and no right that it does not need, as a deployment would have it.
    const nats = await startNats({
      config: join(repository, 'deploy/nats/latchkey.conf'),
      env: { NATS_IDENTITY_PASSWORD: `i${passwords.identity}`, NATS_KEYS_PASSWORD: `k${passwords.keys}`, NATS_GATEWAY_PASSWORD: `g${passwords.gateway}`, NATS_SERVICE_PASSWORD: `s${passwords.service}` },
    });
    const natsUrl = (user: keyof typeof passwords) => nats.url.replace('nats://', `nats://${user}:${user[0]}${passwords[user]}@`);
    stops.push(() => nats.stop());
    const redis = await startRedis();
    stops.push(() => redis.stop());

    const admin = { email: 'ada@example.com', password: `pw-${randomBytes(12).toString('base64url')}` };
    const masterKey = randomBytes(32).toString('base64');
    const secretsDir = mkdtempSync(join(tmpdir(), 'latchkey-secrets-'));
    stops.push(() => Promise.resolve(rmSync(secretsDir, { recursive: true, force: true })));
    const masterKeyFiles = { identity: join(secretsDir, 'identity'), keys: join(secretsDir, 'keys') };
    for (const file of Object.values(masterKeyFiles)) writeFileSync(file, masterKey);
    const signingKey = JSON.stringify(await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey));
    const sealingKey = randomBytes(32).toString('base64');
    for (const [what, value] of Object.entries({ 'admin password': admin.password, 'master key': masterKey, 'signing key': signingKey, 'sealing key': sealingKey, 'database URL': database.url, 'database URL of identity': roleUrls.identity, 'database URL of keys': roleUrls.keys })) secrets.add(what, value);
    for (const [user, password] of Object.entries(passwords)) secrets.add(`NATS password of ${user}`, password);
    for (const [service, url] of Object.entries(roleUrls)) secrets.add(`database password of ${service}`, new URL(url).password);
    secrets.add('signing key (d)', (JSON.parse(signingKey) as { d: string }).d);

    const ports = { identity: await freePort(), keys: await freePort(), gateway: await freePort(), second: await freePort() };
    const urls = Object.fromEntries(Object.entries(ports).map(([service, port]) => [service, `http://localhost:${port}`])) as Record<keyof typeof ports, string>;
    const common = {
      HOST: '127.0.0.1', LATCHKEY_LOG_LEVEL: 'debug', REDIS_URL: redis.url,
      LATCHKEY_ISSUER: urls.identity, LATCHKEY_GATEWAY_URL: urls.gateway, LATCHKEY_KEYS_URL: urls.keys,
      LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: traces.url, OTEL_BSP_SCHEDULE_DELAY: '200', ...env,
    };
    const withDatabase = (service: 'identity' | 'keys') => ({ ...common, DATABASE_URL: roleUrls[service], LATCHKEY_MIGRATE: 'false', LATCHKEY_MASTER_KEY_FILE: masterKeyFiles[service] });
    const forGateways = { ...common, LATCHKEY_GATEWAY_SIGNING_KEY: signingKey, LATCHKEY_SESSION_SEALING_KEY: sealingKey };
    const start = async (service: keyof typeof ports, script: string, serviceEnv: Record<string, string>) => {
      const managementPort = await freePort();
      pages[service] = `http://127.0.0.1:${managementPort}/metrics`;
      const running = await startServiceProcess({
        name: service, script, logDir,
        env: { ...serviceEnv, NATS_URL: natsUrl(service === 'second' ? 'gateway' : service), PORT: String(ports[service]), LATCHKEY_MANAGEMENT_PORT: String(managementPort) },
        ready: service === 'identity' ? seeded : () => isReady(urls[service]),
      });
      stops.push(() => running.stop());
      return running;
    };
    // Ready means able to serve; the first administrator follows within moments.
    const seeded = async () => (await isReady(urls.identity)) && readFileSync(join(logDir, 'identity.log'), 'utf8').includes('first administrator');
    const [identity, keys] = await Promise.all([
      start('identity', 'apps/identity/dist/main.js', { ...withDatabase('identity'), LATCHKEY_ADMIN_EMAIL: admin.email, LATCHKEY_ADMIN_PASSWORD: admin.password }),
      start('keys', 'apps/keys/dist/main.js', withDatabase('keys')),
    ]);
    let present = keys;
    const crashKeys = async (): Promise<void> => {
      await present.kill();
      present = await start('keys', 'apps/keys/dist/main.js', withDatabase('keys'));
    };
    const replicas = await Promise.all([start('gateway', 'apps/gateway/dist/main.js', forGateways), start('second', 'apps/gateway/dist/main.js', forGateways)]);
    return {
      gatewayUrl: urls.gateway, gateways: [urls.gateway, urls.second], issuer: urls.identity, org, project: 'default', admin, secrets, traces, logDir, logDirs: [logDir],
      databaseUrl: database.url, operatorEnv: { DATABASE_URL: database.url, LATCHKEY_MASTER_KEY: masterKey }, masterKeyFiles, nats, serviceNatsUrl: natsUrl('service'), keysUrl: urls.keys, identity, replicas, crashKeys, stop,
      get keys() {
        return present;
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}
