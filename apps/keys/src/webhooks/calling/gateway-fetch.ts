import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { request, type Dispatcher } from 'undici';

const bodyless = new Set([204, 205, 304]);

/**
 * `fetch` towards the gateway at an internal address under its public name, which is the only one it answers to (GW-03); `fetch` itself lets
 * nobody choose the host. Redirects are not followed.
 */
export function gatewayFetch(host: string): (url: string | URL, init?: RequestInit) => Promise<Response> {
  return async (url, init = {}) => {
    const answer = await request(url, {
      method: (init.method ?? 'GET') as Dispatcher.HttpMethod,
      headers: { ...Object.fromEntries(new Headers(init.headers)), host },
      body: typeof init.body === 'string' ? init.body : null,
      ...((init.signal ?? null) === null ? {} : { signal: init.signal }),
    });
    const headers = Object.entries(answer.headers).flatMap(([name, value]) => [value ?? []].flat().map((item): [string, string] => [name, item]));
    if (bodyless.has(answer.statusCode)) await answer.body.dump();
    return new Response(bodyless.has(answer.statusCode) ? null : (Readable.toWeb(answer.body) as NodeReadableStream as ReadableStream), { status: answer.statusCode, headers });
  };
}
