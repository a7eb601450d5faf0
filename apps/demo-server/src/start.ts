import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '@latchkey/telemetry';
import { createMcpHandler, hostHeaderValidationResponse, localhostAllowedHostnames, localhostAllowedOrigins, originValidationResponse } from '@modelcontextprotocol/server';
import { Boards } from './board/board.ts';
import { serveFetch } from './http/serve-fetch.ts';
import { CallerReader } from './identity/caller.ts';
import { buildMcpServer } from './mcp-server.ts';
import type { ToolContext } from './tools/register-tools.ts';

export interface DemoServerOptions {
  host: string;
  /** 0 takes a free one */
  port: number;
  logger?: Logger;
  /** Public URL of the gateway in front; without it assertions stay unverified. */
  gatewayUrl?: string;
  /** The URL under which this server is registered at the gateway, when it is another than the one it is started on. */
  publicUrl?: string;
}

export interface DemoServer {
  /** The MCP endpoint */
  url: string;
  close(): Promise<void>;
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.');

function listen(server: Server, { host, port }: DemoServerOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** Starts the demo MCP server: both protocol eras on `/mcp`, no login of its own. */
export async function startDemoServer(options: DemoServerOptions): Promise<DemoServer> {
  const { host, logger } = options;
  const server = createServer();
  const address = await listen(server, options);
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const url = `http://${name}:${address.port}/mcp`;

  const boards = new Boards();
  const callers = new CallerReader({ gatewayUrl: options.gatewayUrl, audience: options.publicUrl ?? url });
  const tools: ToolContext = {
    caller: (context) => callers.read(context.http?.req?.headers),
    board: async (context) => {
      const caller = await callers.read(context.http?.req?.headers);
      return boards.of(caller.status === 'verified' ? caller.claims.org : undefined);
    },
  };
  const handler = createMcpHandler(() => buildMcpServer(tools), { onerror: (error) => logger?.debug({ err: error }, 'request refused') });

  server.on('request', serveFetch(async (request) => {
    // A browser page must not reach a server on loopback by rebinding its own name to 127.0.0.1.
    const rejected = isLoopback(host)
      ? (hostHeaderValidationResponse(request, localhostAllowedHostnames()) ?? originValidationResponse(request, localhostAllowedOrigins()))
      : undefined;
    if (rejected !== undefined) return rejected;
    const { pathname } = new URL(request.url);
    if (pathname === '/healthz') return Response.json({ status: 'ok' });
    return pathname === '/mcp' ? handler.fetch(request) : new Response('Not found', { status: 404 });
  }, (error) => logger?.error({ err: error }, 'request failed')));
  logger?.info({ url }, 'listening');

  return {
    url,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await handler.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
