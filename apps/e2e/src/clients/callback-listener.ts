import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CallbackListener {
  /** The redirect URI to register */
  url: string;
  /** Resolves with the parameters of the next redirect that arrives. */
  next(): Promise<URLSearchParams>;
  close(): Promise<void>;
}

/** Waits on loopback for the browser to come back, as native clients do (RFC 8252 section 7.3). */
export async function startCallbackListener(): Promise<CallbackListener> {
  const arrived: URLSearchParams[] = [];
  let waiting: ((parameters: URLSearchParams) => void) | undefined;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname !== '/callback') {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Done</title><p>You can close this page.</p>');
    if (waiting === undefined) arrived.push(url.searchParams);
    else waiting(url.searchParams);
    waiting = undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`,
    next: () =>
      new Promise((resolve) => {
        const first = arrived.shift();
        if (first !== undefined) resolve(first);
        else waiting = resolve;
      }),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
