import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

export interface Called {
  path: string;
  host: string;
  token: string;
  tool: string;
  arguments: Record<string, unknown>;
  delivery: unknown;
}

type Behaviour = 'well' | 'tool error' | number;

export interface ToolServer {
  url: string;
  calls: Called[];
  /** From now on: answers, fails as a tool does, or refuses with this status. */
  behave(how: Behaviour): void;
  stop(): Promise<void>;
}

/** An MCP server in the gateway's place, with one tool, that writes down how it was called. */
export async function startToolServer(): Promise<ToolServer> {
  const calls: Called[] = [];
  let behaviour: Behaviour = 'well';
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'tools', version: '1' });
    server.registerTool('note', { description: 'Notes', inputSchema: z.looseObject({}) }, () => ({ content: [{ type: 'text', text: 'noted' }], isError: behaviour === 'tool error' }));
    return server;
  });
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => void chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const headers = new Headers(Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]));
      const message = (text === '' ? {} : JSON.parse(text)) as { method?: string; params?: { name: string; arguments: Record<string, unknown>; _meta?: Record<string, unknown> } };
      if (message.method === 'tools/call' && message.params !== undefined) {
        const { name, arguments: args, _meta: meta } = message.params;
        calls.push({ path: incoming.url ?? '', host: headers.get('host') ?? '', token: (headers.get('authorization') ?? '').replace('Bearer ', ''), tool: name, arguments: args, delivery: meta?.['latchkey.dev/delivery'] });
      }
      if (typeof behaviour === 'number') return void outgoing.writeHead(behaviour).end();
      const request = new Request(`http://localhost${incoming.url ?? ''}`, { method: incoming.method, headers, ...(text === '' ? {} : { body: text }) });
      void handler.fetch(request).then(async (response) => {
        outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    behave: (how) => {
      behaviour = how;
    },
    async stop() {
      await handler.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
