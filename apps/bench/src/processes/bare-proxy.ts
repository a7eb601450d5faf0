import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool, type Dispatcher } from 'undici';
import { answerCalls } from './calls.ts';
import { costOf, type Cost } from './cost.ts';

let server: Server | undefined;
let pool: Pool | undefined;

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

const calls = {
  start: async (upstreamUrl: string): Promise<string> => {
    const { origin, pathname } = new URL(upstreamUrl);
    const target = new Pool(origin, { connections: 128, pipelining: 1 });
    pool = target;
    const made = createServer((request, response) => pass(target, pathname, request, response));
    server = made;
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(made.address() as AddressInfo).port}/mcp/demo`;
  },
  cost: (): Cost => costOf(process),
};
export type BareProxyCalls = typeof calls;

answerCalls(calls, async () => {
  server?.closeAllConnections();
  server?.close();
  await pool?.close();
});
