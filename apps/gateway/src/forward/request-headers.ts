import type { IncomingHttpHeaders } from 'node:http';
import { identityHeader, requestHeaders } from '@latchkey/contracts';
import type { Exchange } from '../proxy/exchange.ts';
import { dropHeader, headerIn, setHeader, type HeaderList } from './header-list.ts';

/** GW-81. What is not listed does not go on: nothing that a caller invents reaches an upstream (GW-80). */
const passedToMcp = ['accept', 'content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name', 'last-event-id', 'traceparent', 'tracestate'];
const passedToServices = ['accept', 'content-type', 'if-match', 'if-none-match', 'github-public-key-identifier', 'github-public-key-signature', requestHeaders.idempotencyKey, requestHeaders.consistency, 'traceparent', 'tracestate'];

/** Legacy clients may send these by mistake; where they contradict the body they must not mislead anybody further on (GW-49). */
function dropMisleading(headers: HeaderList, { message }: Exchange): void {
  if (message?.era !== 'legacy' || message.kind === 'response') return;
  const method = headerIn(headers, 'mcp-method');
  if (method !== undefined && method !== message.method) dropHeader(headers, 'mcp-method');
  const name = headerIn(headers, 'mcp-name');
  if (name !== undefined && name !== (message.params['name'] ?? message.params['uri'])) dropHeader(headers, 'mcp-name');
}

function pick(from: IncomingHttpHeaders, names: readonly string[]): HeaderList {
  const picked: HeaderList = [];
  for (const name of names) {
    const value = from[name];
    if (typeof value === 'string') picked.push(name, value);
  }
  return picked;
}

/** Of one connection, or credentials of whoever sends; the rest may be what the sender signed. */
const keptFromHooks = new Set([
  'authorization', 'connection', 'content-length', 'cookie', 'expect', 'host', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
]);

/** WH-13. A webhook goes to its verifier with what its sender put there: which headers are signed depends on who sends. */
function ofHook(from: IncomingHttpHeaders): HeaderList {
  return pick(from, Object.keys(from).filter((name) => !keptFromHooks.has(name)));
}

/** Headers of the request as it goes upstream, each name once. `assertion` takes the place of the caller's credential. */
export function upstreamHeaders(exchange: Exchange, assertion: string | null): HeaderList {
  const { request, message, upstreamSession } = exchange;
  const mcp = exchange.route?.kind === 'mcp';
  const hook = exchange.route?.kind === 'manage' && exchange.route.operation.family === 'hooks';
  const headers = hook ? ofHook(request.headers) : pick(request.headers, mcp ? passedToMcp : passedToServices);
  if (mcp) {
    // What the registration adds comes last: it replaces nothing of the protocol.
    const added = exchange.upstream?.settings?.headers;
    if (added !== undefined) for (const [name, value] of Object.entries(added)) if (headerIn(headers, name) === undefined) headers.push(name, value);
    for (const name in request.headers) {
      if (!name.startsWith('mcp-param-')) continue;
      // GW-48: they pass as they are; no decision rests on them.
      const value = request.headers[name];
      if (typeof value === 'string') setHeader(headers, name, value);
    }
    dropMisleading(headers, exchange);
    if (message?.era === 'modern') dropHeader(headers, 'last-event-id');
    if (upstreamSession !== null) setHeader(headers, 'mcp-session-id', upstreamSession);
  }
  // Events go out one by one and results may be read on the way: neither can be compressed (GW-60, GW-81).
  setHeader(headers, 'accept-encoding', 'identity');
  setHeader(headers, requestHeaders.requestId, exchange.requestId);
  if (exchange.attached !== undefined) setHeader(headers, exchange.attached.header, exchange.attached.value);
  if (assertion !== null) setHeader(headers, identityHeader, assertion);
  return headers;
}
