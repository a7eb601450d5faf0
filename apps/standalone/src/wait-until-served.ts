import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningService } from '@latchkey/service';
import { request } from 'undici';

const timeoutMs = 20_000;

/**
 * Waits until the gateway has read the feed to its end and knows the server at `path`: it then asks who is calling (401).
 * @throws when that takes too long
 */
export async function waitUntilServed(gateway: RunningService, path: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const { statusCode, body } = await request(`http://127.0.0.1:${gateway.port}${path}`, {
      method: 'POST',
      headers: { host: `localhost:${gateway.port}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: '{}',
    });
    await body.dump();
    if (statusCode === 401) return;
    if (performance.now() > deadline) throw new Error(`The gateway does not serve ${path}: it answers ${statusCode}.`);
    await sleep(20);
  }
}
