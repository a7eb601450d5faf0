import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AuthorizingProxy {
  url: string;
  close(): Promise<void>;
}

/**
 * Adds `Authorization` to whatever passes, as the conformance tool cannot (CT-02). All else stays: `Host` and `Origin` are what a scenario
 * made them, and streams flow as they come.
 */
export async function startAuthorizingProxy(target: string, token: string): Promise<AuthorizingProxy> {
  const { hostname, port, pathname } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const upstream = httpRequest({
      hostname, port, path: pathname, method: incoming.method, agent: false,
      headers: { ...incoming.headers, authorization: `Bearer ${token}` },
    });
    upstream.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders);
      outgoing.flushHeaders();
      response.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
