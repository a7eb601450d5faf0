import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * An MCP server that answers every call at once and costs next to nothing.
 * @param streams  whether it answers with an event stream that begins and does not end
 * @returns its URL, and what stops it
 */
export async function startMcpUpstream({ streams = false }: { streams?: boolean } = {}): Promise<{ url: string; close(): void }> {
  const result = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'x'.repeat(200) }] } }));
  const headers = { 'content-type': 'application/json', 'content-length': result.length };
  const server = createServer((request, response) => {
    request.resume();
    // What the gateway tells the key service meanwhile is taken, and that is all.
    request.once('end', () => {
      if (request.url !== '/mcp') response.writeHead(204).end();
      else if (streams) response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n');
      else response.writeHead(200, headers).end(result);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
