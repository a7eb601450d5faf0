import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { evil } from './hostile-names.ts';

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

const tools = [
  { name: evil('tool'), title: evil('title'), description: evil('description'), inputSchema: { type: 'object' }, annotations: { title: evil('title'), readOnlyHint: true } },
  { name: 'javascript:alert(1)', description: '[link](javascript:alert(1))', inputSchema: { type: 'object' }, annotations: { destructiveHint: true } },
];

const answers: Readonly<Record<string, object>> = {
  initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: evil('upstream'), version: evil('version') }, instructions: evil('instructions') },
  'tools/list': { tools },
};

export interface HostileUpstream {
  /** MCP, of the revisions before 2026 */
  url: string;
  /** An OpenID provider describes itself there */
  issuer: string;
  close(): void;
}

/** A server behind the gateway that means no good: what it says of itself and of its tools is made to be shown. */
export async function startHostileUpstream(): Promise<HostileUpstream> {
  const server = createServer((request, response) => {
    const send = (status: number, body?: object) => response.writeHead(status, { 'content-type': 'application/json' }).end(body === undefined ? undefined : JSON.stringify(body));
    if (request.url === '/.well-known/openid-configuration') {
      send(200, { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`, response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['ES256'] });
      return;
    }
    void read(request).then(({ id, method }) => {
      const result = answers[String(method)];
      if (id === undefined) send(202);
      else send(200, { jsonrpc: '2.0', id, ...(result === undefined ? { error: { code: -32601, message: evil('error') } } : { result }) });
    }).catch(() => send(400));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${issuer}/mcp`,
    issuer,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
