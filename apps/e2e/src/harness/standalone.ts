import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@latchkey/testing';
import { Secrets } from './secrets.ts';
import { startServiceProcess, type ServiceProcess } from './service-process.ts';
import { freshLogDir, type System } from './system.ts';

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

export interface Standalone extends System {
  readonly process: ServiceProcess;
  readonly keysUrl: string;
  readonly managementUrl: string;
  /** MCP URL of the demo server at the gateway */
  readonly demo: string;
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
      ...env,
    },
  }).catch((error: unknown) => {
    removeData();
    throw error;
  });
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
    admin,
    secrets,
    logDir,
    logDirs: [logDir, fullLogs],
    stop: async () => {
      await service.stop();
      cpSync(fullLogs, join(logDir, 'full'), { recursive: true });
      removeData();
    },
  };
}
