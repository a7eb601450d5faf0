import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Problem, problemContentType, toProblemDocument } from '@latchkey/problem';
import { answeredOn } from './drain.ts';
import { requestIdOf } from './request-id.ts';

/** What Node tells of requests that never became one; everything else is no HTTP. */
const known: Readonly<Record<string, { status: number; reason: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, reason: 'Request Header Fields Too Large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: 'Request Timeout' },
};
const unreadable = { status: 400, reason: 'Bad Request' };

/** Answers bytes that are no request with a problem document, like every other refusal, and closes the connection: nobody knows where a next one would begin. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  // In the midst of another answer, one more would be read as a part of it.
  if (!socket.writable || answeredOn(socket)?.headersSent === true) return void socket.destroy();
  const { status, reason } = known[error.code ?? ''] ?? unreadable;
  const requestId = requestIdOf({});
  const body = documentOf(status, requestId);
  const head = [`HTTP/1.1 ${status} ${reason}`, ...Object.entries(headersOf(body, requestId)).map(([name, value]) => `${name}: ${value}`), '', ''];
  socket.end(head.join('\r\n') + body, () => void socket.destroy());
}

/** Connections on which nobody knows any more where a request begins. */
const lost = new WeakSet<object>();

/**
 * Refuses what Node's parser takes and whoever stands in front of us may have read as something else: a transfer coding other than `chunked` alone (RFC 9112
 * section 6.1; `x chunked` counts as chunked there), another major version, and two hosts or, since HTTP/1.1, none (section 3.2). What the parser finds behind
 * it on the connection is not looked at.
 * @returns whether the request is not to be served
 */
export function refuseDoubtful(request: IncomingMessage, response: ServerResponse): boolean {
  const { headers, rawHeaders, httpVersionMajor, httpVersionMinor, socket } = request;
  // Hot path: hardly any request has the header.
  const coding = headers['transfer-encoding'];
  if (lost.has(socket)) return true;
  const namesHost = headers.host === undefined ? httpVersionMinor === 0 : !repeatsHost(rawHeaders);
  if (httpVersionMajor === 1 && namesHost && (coding === undefined || coding.toLowerCase() === 'chunked')) return false;
  refuse(request, response, httpVersionMajor === 1 ? 400 : 505);
  return true;
}

/** Node keeps the first and says nothing of another. Hot path: names of another length are not looked into. */
function repeatsHost(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}

function refuse({ headers, socket }: IncomingMessage, response: ServerResponse, status: number): void {
  lost.add(socket);
  const requestId = requestIdOf(headers);
  const body = documentOf(status, requestId);
  response.writeHead(status, headersOf(body, requestId)).end(body);
}

/**
 * Says `100 Continue` only where no other answer stands before: of a request that came behind another one on its connection, Node would write it after
 * the head of its own final answer, as the first bytes of that body, and every answer from there on would be read at the wrong place. A client never waits for it
 * without end (RFC 9110 section 10.1.1). What else a request may expect is refused, and is the last of its connection: Node would answer it by itself, before
 * anybody has looked at the request, and go on with what it takes for the next one.
 */
export function continuesInTurn(server: Server): Server {
  return server
    .on('checkContinue', (request, response) => {
      if (response.socket !== null) response.writeContinue();
      server.emit('request', request, response);
    })
    .on('checkExpectation', (request, response) => {
      if (!refuseDoubtful(request, response)) refuse(request, response, 417);
    });
}

const documentOf = (status: number, requestId: string): string =>
  JSON.stringify(toProblemDocument(new Problem('invalid_request', { status, detail: 'This is no request that can be read.' }), requestId));

const headersOf = (body: string, requestId: string): Record<string, string> => ({
  'content-type': problemContentType, 'content-length': String(Buffer.byteLength(body)), 'cache-control': 'no-store', 'x-request-id': requestId, connection: 'close',
});
