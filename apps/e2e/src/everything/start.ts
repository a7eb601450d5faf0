import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { serveFetch } from '../harness/serve-fetch.ts';
import { LegacySessions } from './legacy-sessions.ts';
import { buildEverythingServer } from './server.ts';

/** What a request looked like when it reached the fixture: how a test knows what the gateway let through. */
export interface SeenRequest {
  method: string;
  headers: Record<string, string>;
  /** Whether the other side went away before the answer was complete */
  left: boolean;
}

export interface Everything {
  url: string;
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

/** Starts the `everything` fixture on loopback: modern requests per request, legacy ones in sessions, both on `/mcp`. */
export async function startEverything(port = 0): Promise<Everything> {
  const seen: SeenRequest[] = [];
  const modern = createMcpHandler(() => buildEverythingServer(modern.notify), { legacy: 'reject' });
  const legacy = new LegacySessions();
  const server = createServer(serveFetch(async (request) => {
    const entry: SeenRequest = { method: request.method, headers: Object.fromEntries(request.headers), left: false };
    seen.push(entry);
    request.signal.addEventListener('abort', () => (entry.left = true));
    const rejected = hostHeaderValidationResponse(request, localhostAllowedHostnames()) ?? originValidationResponse(request, localhostAllowedOrigins());
    if (rejected !== undefined) return rejected;
    if (new URL(request.url).pathname !== '/mcp') return new Response('Not found', { status: 404 });
    return (await isLegacyRequest(request)) ? legacy.handle(request) : modern.fetch(request);
  }, (error) => process.stderr.write(`everything: ${String(error)}\n`)));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    seen,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await modern.close();
      await legacy.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
