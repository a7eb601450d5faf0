import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startCollector } from '@latchkey/testing';
import { collectSecrets } from './collect-secrets.ts';
import { Secrets } from './secrets.ts';
import { startServiceProcess, type ServiceProcess } from './service-process.ts';
import { keepMetrics, keepTraces, sweep } from './sweep.ts';
import { freshLogDir, type TracedSystem } from './system.ts';

interface ReadyFile {
  gateway: string;
  identity: string;
  keys: string;
  adminEmail: string;
  org: string;
  project: string;
  /** The slug */
  demoServer: string;
}

export interface Standalone extends TracedSystem {
  readonly process: ServiceProcess;
  readonly keysUrl: string;
  readonly managementUrl: string;
  /** MCP URL of the demo server at the gateway */
  readonly demo: string;
  /** Where each service shows its metrics, by its name */
  metricsPages(): Record<string, string>;
}

/** `npm start` on free ports and a fresh data directory. */
export async function startStandalone(name: string, env: Record<string, string> = {}): Promise<Standalone> {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-e2e-'));
  // The terminal gets the gist; every field goes to a file in the data directory.
  const fullLogs = join(dataDir, 'data/logs');
  const readyFile = join(dataDir, 'ready.json');
  const logDir = freshLogDir(name);
  const secrets = new Secrets();
  const admin = { email: 'ada@example.com', password: `pw-${randomBytes(12).toString('base64url')}` };
  secrets.add('admin password', admin.password);
  const [gatewayPort, identityPort, keysPort, managementPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const traces = await startCollector();
  const settle = collectSecrets(secrets);
  const removeData = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  const service = await startServiceProcess({
    name: 'standalone',
    script: 'scripts/start.mjs',
    logDir,
    timeoutMs: 90_000,
    ready: async () => existsSync(readyFile),
    env: {
      LATCHKEY_GATEWAY_PORT: String(gatewayPort), LATCHKEY_IDENTITY_PORT: String(identityPort), LATCHKEY_KEYS_PORT: String(keysPort),
      LATCHKEY_GATEWAY_URL: `http://localhost:${gatewayPort}`, LATCHKEY_ISSUER: `http://localhost:${identityPort}`,
      LATCHKEY_KEYS_URL: `http://localhost:${keysPort}`,
      LATCHKEY_DATA_DIR: join(dataDir, 'data'), LATCHKEY_READY_FILE: readyFile,
      LATCHKEY_ADMIN_EMAIL: admin.email, LATCHKEY_ADMIN_PASSWORD: admin.password,
      LATCHKEY_LOG_LEVEL: 'debug', LATCHKEY_MANAGEMENT_PORT: String(managementPort),
      OTEL_EXPORTER_OTLP_ENDPOINT: traces.url, OTEL_BSP_SCHEDULE_DELAY: '200',
      ...env,
    },
  }).catch(async (error: unknown) => {
    removeData();
    await settle();
    await traces.close();
    throw error;
  });
  const metricsPages = (): Record<string, string> => managementPages(join(fullLogs, 'latchkey.log'));
  const ready = JSON.parse(readFileSync(readyFile, 'utf8')) as ReadyFile;
  return {
    process: service,
    keysUrl: ready.keys,
    managementUrl: `http://127.0.0.1:${managementPort}`,
    gatewayUrl: ready.gateway,
    gateways: [ready.gateway],
    issuer: ready.identity,
    org: ready.org,
    project: ready.project,
    demo: `${ready.gateway}/mcp/${ready.demoServer}`,
    metricsPages,
    admin,
    secrets,
    traces,
    logDir,
    logDirs: [logDir, fullLogs],
    stop: async () => {
      await keepMetrics(logDir, metricsPages());
      for (const [name, value] of generatedSecrets(join(dataDir, 'data'))) secrets.add(name, value);
      await service.stop();
      await settle();
      await traces.close();
      cpSync(fullLogs, join(logDir, 'full'), { recursive: true });
      removeData();
      keepTraces(logDir, traces);
      sweep(secrets, [logDir]);
    },
  };
}

/** What the first start made for itself. */
function generatedSecrets(directory: string): [string, string][] {
  const signingKey = JSON.parse(readFileSync(join(directory, 'gateway-signing-key.json'), 'utf8')) as { d: string };
  const kept = ['master-key', 'session-sealing-key', 'postgres/password'].filter((name) => existsSync(join(directory, name)));
  return [['signing key (d)', signingKey.d], ...kept.map((name): [string, string] => [name, readFileSync(join(directory, name), 'utf8').trim()])];
}

/** The ports are free ones; each service says in its log which it took. */
function managementPages(log: string): Record<string, string> {
  const lines = readFileSync(log, 'utf8').split('\n').filter((line) => line.includes('"msg":"management port"'));
  return Object.fromEntries(lines.map((line) => JSON.parse(line) as { service: string; port: number }).map(({ service, port }) => [service, `http://127.0.0.1:${port}/metrics`]));
}
