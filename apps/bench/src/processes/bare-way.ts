import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool, type Dispatcher } from 'undici';

export interface BareWay {
  url: string;
  close(): Promise<void>;
}

/** Nothing but the way: what a request costs in Node before anybody looks at it. */
function pass(target: Pool, path: string, request: IncomingMessage, response: ServerResponse): void {
  const { method = 'GET', headers } = request;
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: () => undefined,
    onResponseStart: (_controller, status, answered) => void response.writeHead(status, answered as Record<string, string>),
    onResponseData: (controller, chunk) => {
      if (response.write(chunk)) return;
      controller.pause();
      response.once('drain', () => controller.resume());
    },
    onResponseEnd: () => void response.end(),
    onResponseError: () => void response.destroy(),
  };
  target.dispatch({ method: method as Dispatcher.HttpMethod, path, headers: { 'content-type': headers['content-type'], accept: headers.accept }, body: request }, handler);
}

/** In the process that asks for it. */
export async function startBareWay(upstreamUrl: string): Promise<BareWay> {
  const { origin, pathname } = new URL(upstreamUrl);
  const target = new Pool(origin, { connections: 128, pipelining: 1 });
  const server = createServer((request, response) => pass(target, pathname, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp/demo`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await target.close();
    },
  };
}
