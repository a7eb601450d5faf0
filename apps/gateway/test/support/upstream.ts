import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Set when the gateway ended the exchange before the answer was complete. */
  aborted: boolean;
  request: IncomingMessage;
  response: ServerResponse;
}
export type Handle = (received: Received) => void | Promise<void>;

export interface TestUpstream {
  url: string;
  origin: string;
  received: Received[];
  /** What it does with the next requests. */
  handle: Handle;
  close(): Promise<void>;
}

/** Answers like a server of either era: the method decides. */
export const answerJson: Handle = ({ body, response }) => {
  const message = (body === '' ? {} : JSON.parse(body)) as { id?: unknown; method?: string; params?: { name?: string } };
  if (message.id === undefined) return void response.writeHead(202).end();
  const results: Record<string, object> = {
    'tools/list': { tools: [{ name: 'add', inputSchema: {} }, { name: 'delete_all', inputSchema: {} }], cacheScope: 'public' },
    'tools/call': { content: [{ type: 'text', text: `called ${message.params?.name}` }] },
  };
  const answer = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: results[message.method ?? ''] ?? { method: message.method } });
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=60', 'set-cookie': 'a=b', 'x-custom': 'kept' }).end(answer);
};

/** A real HTTP server that records what reaches it. */
export async function startUpstream(): Promise<TestUpstream> {
  const received: Received[] = [];
  const upstream = { received, handle: answerJson } as unknown as TestUpstream;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk)).on('end', () => {
      const entry: Received = {
        method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString(), aborted: false, request, response,
      };
      response.on('close', () => { entry.aborted = !response.writableFinished; });
      received.push(entry);
      void upstream.handle(entry);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  upstream.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  upstream.url = `${upstream.origin}/mcp`;
  upstream.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return upstream;
}
