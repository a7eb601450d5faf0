import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * An MCP server that answers every call at once and costs next to nothing.
 * @param answers  with a result, with an event stream that begins and does not end, or, by the tool that is called, with either, and with a list of tools
 * @returns its URL, and what stops it
 */
export async function startMcpUpstream({ answers = 'result' }: { answers?: 'result' | 'stream' | 'by tool' } = {}): Promise<{ url: string; close(): void }> {
  const result = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'x'.repeat(200) }] } }));
  const headers = { 'content-type': 'application/json', 'content-length': result.length };
  const tools = ['add', 'watch', 'remove'].map((name) => ({ name, description: 'x'.repeat(100), inputSchema: { type: 'object' } }));
  const list = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } }));
  const send = (response: ServerResponse, body: Buffer): void => void response.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
  const stream = (response: ServerResponse): void =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n');
  const answerTo = (text: string, response: ServerResponse): void => {
    if (text.includes('"tools/list"')) send(response, list);
    else if (text.includes('"watch"')) stream(response);
    else send(response, result);
  };
  const server = createServer((request, response) => {
    let text = '';
    if (answers === 'by tool') request.on('data', (chunk: Buffer) => { text += chunk.toString('latin1'); });
    else request.resume();
    // What the gateway tells the key service meanwhile is taken, and that is all.
    request.once('end', () => {
      if (request.url !== '/mcp') response.writeHead(204).end();
      else if (answers === 'stream') stream(response);
      else if (answers === 'by tool') answerTo(text, response);
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
