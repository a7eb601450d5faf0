import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem, problemContentType, toProblemDocument } from '@latchkey/problem';
import { requestIdOf, type RawHandler } from '@latchkey/service';
import type { Logger } from '@latchkey/telemetry';
import type { ReceiveHook } from './receive-hook.ts';

const path = /^\/v1\/hooks\/([^/?]+)(?:\?|$)/;
export const isHookPath = (text: string): boolean => path.test(text);

const maxBytes = 1024 * 1024;

async function readRaw(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new Problem('body_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }).end(JSON.stringify(body));
}

/** What is left of a body that is too large is not waited for. */
const closing = (status: number): Record<string, string> => (status === 413 ? { connection: 'close' } : {});

/** In front of everything that parses bodies: the signature is over the bytes (WH-10). */
export function hooksHandler(receive: ReceiveHook, logger: Logger): RawHandler {
  const answer = async (id: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST') throw new Problem('invalid_request', { status: 405, detail: 'This method is not served here.', headers: { allow: 'POST' } });
    if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') throw new Problem('invalid_request', { status: 415, detail: 'The body must not be compressed.' });
    const received = await receive.run(id, { headers: request.headers, body: await readRaw(request) });
    if (received.kind === 'challenge') return send(response, 200, { challenge: received.challenge });
    return send(response, received.receipt.status === 'accepted' ? 202 : 200, received.receipt);
  };

  return (request, response) => {
    const id = path.exec(request.url ?? '')?.[1];
    if (id === undefined) return false;
    answer(id, request, response).catch((error: unknown) => {
      const requestId = requestIdOf(request.headers);
      const document = toProblemDocument(error, requestId, '/v1/hooks');
      if (document.status >= 500) logger.error({ err: error, requestId }, 'a webhook could not be received');
      if (response.headersSent) response.destroy();
      else send(response, document.status, document, { 'content-type': problemContentType, 'x-request-id': requestId, ...closing(document.status), ...(error instanceof Problem ? error.headers : {}) });
    });
    return true;
  };
}
