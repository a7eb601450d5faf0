import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';

export interface Upstream {
  /** MCP URL */
  url: string;
  /** Where the gateways' public key is, whichever of them is up: what a load balancer would do. */
  jwksUrl: string;
  close(): Promise<void>;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The least that is an MCP server, so that an answer costs nothing: what is looked at is the gateway. */
export async function startUpstream(gatewayKey: JWK): Promise<Upstream> {
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      response.setHeader('content-type', 'application/json');
      if (request.method === 'GET') return response.end(JSON.stringify({ keys: [gatewayKey] }));
      const { id, method } = JSON.parse(text) as { id: number; method: string };
      const result = method === 'tools/list' ? { tools: [] } : { content: [{ type: 'text', text: 'ok' }] };
      return response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } }));
    }, () => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${base}/mcp`,
    jwksUrl: `${base}/jwks.json`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
