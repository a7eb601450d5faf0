import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { Problem } from '@latchkey/problem';
import type { Exchange, McpRoute } from '../proxy/exchange.ts';
import { isEventStream } from '../forward/response-headers.ts';
import { maxRewrittenBytes } from '../rewrite/event-stream.ts';
import type { InnerRequests } from './inner-requests.ts';
import { AnswerWatch } from './answer-watch.ts';
import { takenOverFrom } from './taken-over.ts';
import { tooManyRequests } from './too-many-requests.ts';

const bodyless = new Set([202, 204, 205, 304]);
/** Progress of a long tool comes in small pieces; no answer that is held in memory as a whole is larger. */
const maxAnswerBytes = 2 * maxRewrittenBytes;

export interface InnerFetch {
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  /** What a stage refused, which a client library only knows as a failure of the network. */
  refusal(): Error | undefined;
}

/** `fetch` for a client library of the protocol: each of its requests is one to this server in the caller's name. */
export function innerFetch(inner: InnerRequests, outer: Exchange, route: McpRoute, abandon: (reason: Error) => void): InnerFetch {
  let refusal: Error | undefined;
  const own = takenOverFrom(outer);

  const fetch = async (_url: string | URL, init: RequestInit = {}): Promise<Response> => {
    // What a server says unasked has nobody here to hear it.
    if (init.method === 'GET') return new Response(null, { status: 405 });
    try {
      const body = typeof init.body === 'string' ? Buffer.from(init.body) : null;
      const headers = { ...own, ...Object.fromEntries(new Headers(init.headers)) };
      const answer = await inner.send(outer, { route, method: init.method ?? 'GET', headers, body, signal: init.signal ?? undefined });
      const said = new Headers(answer.headerPairs());
      // Whatever else would be said would come too early as well.
      if (answer.statusCode === 429) {
        answer.destroy();
        throw tooManyRequests(said.get('retry-after'), Date.now());
      }
      const isEmpty = bodyless.has(answer.statusCode);
      if (isEmpty) answer.resume();
      // A refusal says what it says by its status, whatever comes with it.
      const isStream = answer.statusCode < 300 && isEventStream({ 'content-type': said.get('content-type') ?? '' });
      const watched = typeof init.body === 'string' && isStream ? new AnswerWatch(init.body) : null;
      let length = 0;
      answer.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > maxAnswerBytes) abandon(new Problem('upstream_unavailable', { detail: 'The answer of the server is too large.' }));
        else watched?.push(chunk);
      });
      // The library waits on for an answer that a stream has ended without; one that cannot be read may have ended by now.
      const onEnd = (): void => {
        if (watched?.isAnswered === false) abandon(new Problem('upstream_unavailable', { detail: 'The server broke off.' }));
      };
      if (answer.destroyed) onEnd();
      else answer.on('close', onEnd);
      // `data` is listened to, so the stream flows only once it is read from.
      answer.pause();
      return new Response(isEmpty ? null : (Readable.toWeb(answer) as NodeReadableStream as ReadableStream), { status: answer.statusCode, headers: said });
    } catch (error) {
      if (error instanceof Error) refusal ??= error;
      throw error;
    }
  };
  return { fetch, refusal: () => refusal };
}
