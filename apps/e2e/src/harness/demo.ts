import { freePort } from '@latchkey/testing';
import { startServiceProcess, type ServiceProcess } from './service-process.ts';
import type { System } from './system.ts';

/** The demo server as a process of its own, told which gateway to believe. */
export async function startDemo(system: System, name = 'demo-server'): Promise<ServiceProcess & { url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  const running = await startServiceProcess({
    name, script: 'apps/demo-server/dist/main.js', logDir: system.logDir,
    env: { PORT: String(port), HOST: '127.0.0.1', LATCHKEY_GATEWAY_URL: system.gatewayUrl },
    ready: async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).status === 200,
  });
  return Object.assign(running, { url });
}
