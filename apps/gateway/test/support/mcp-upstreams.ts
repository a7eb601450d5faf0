import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { McpServer as LegacyMcpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

export interface McpUpstream {
  url: string;
  close(): Promise<void>;
}

async function listen(listener: RequestListener, onClose: () => Promise<void>): Promise<McpUpstream> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    close: async () => {
      await onClose();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const sum = ({ a, b }: { a: number; b: number }) => ({ content: [{ type: 'text' as const, text: String(a + b) }] });
const numbers = { a: z.number(), b: z.number() };

/** A server of the present SDK: both eras, no sessions. @param more  registers further tools */
export function startDualEraUpstream(more: (server: McpServer) => void = () => undefined): Promise<McpUpstream> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'dual', version: '1' }, { capabilities: { logging: {} } });
    server.registerTool('add', { inputSchema: z.object(numbers), annotations: { readOnlyHint: true } }, sum);
    server.registerTool('delete_all', { annotations: { destructiveHint: true } }, () => ({ content: [{ type: 'text', text: 'gone' }] }));
    server.registerTool('count', {}, async (context) => {
      for (const progress of [1, 2]) await context.mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data: progress } });
      return { content: [{ type: 'text', text: 'counted' }] };
    });
    more(server);
    server.registerResource('note', 'test://note', {}, (uri) => ({ contents: [{ uri: uri.href, text: 'a note' }] }));
    return server;
  });
  return listen((incoming, outgoing) => {
    const left = new AbortController();
    outgoing.once('close', () => left.abort());
    const hasBody = incoming.method === 'POST';
    const request = new Request(`http://127.0.0.1${incoming.url}`, {
      method: incoming.method ?? 'GET', headers: incoming.headers as Record<string, string>, signal: left.signal,
      ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: 'half' as const } : {}),
    });
    void handler.fetch(request).then(async (response) => {
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.flushHeaders();
      for await (const chunk of response.body ?? []) outgoing.write(chunk);
      outgoing.end();
    }, () => outgoing.destroy());
  }, () => handler.close());
}

/** A server of the older SDK: sessions, and a GET stream for what it says unasked. */
export function startSessionUpstream(): Promise<McpUpstream & { sessions: Map<string, StreamableHTTPServerTransport> }> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const open = async (): Promise<StreamableHTTPServerTransport> => {
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID, onsessioninitialized: (id) => void sessions.set(id, transport), onsessionclosed: (id) => void sessions.delete(id) });
    const server = new LegacyMcpServer({ name: 'sessions', version: '1' });
    server.registerTool('add', { inputSchema: numbers }, sum);
    await server.connect(transport);
    return transport;
  };
  const started = listen((incoming, outgoing) => {
    const known = sessions.get(String(incoming.headers['mcp-session-id']));
    void (known === undefined ? open() : Promise.resolve(known)).then((transport) => transport.handleRequest(incoming, outgoing));
  }, async () => {
    await Promise.all([...sessions.values()].map((transport) => transport.close()));
  });
  return started.then((upstream) => ({ ...upstream, sessions }));
}
