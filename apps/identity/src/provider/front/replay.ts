import { IncomingMessage } from 'node:http';
import type { EngineExchange } from './exchange.ts';

/**
 * The request again, with what the steps made of it. The engine reads a body from a stream only; and it builds every URL from Host
 * and scheme, so it is told the issuer's own, whatever a client or a proxy sent (AS-01).
 */
export function replay({ request, path, query, body }: EngineExchange, issuer: string): IncomingMessage {
  const { host, protocol } = new URL(issuer);
  const { 'x-forwarded-host': _host, 'transfer-encoding': _encoding, ...headers } = request.headers;
  const again = new IncomingMessage(request.socket);
  const search = query.toString();
  again.method = request.method;
  again.httpVersion = request.httpVersion;
  again.url = search === '' ? path : `${path}?${search}`;
  again.headers = { ...headers, host, 'x-forwarded-proto': protocol.slice(0, -1) };
  if (request.method === 'POST' || request.method === 'PUT') again.headers['content-length'] = String(body.length);
  again.complete = true;
  if (body.length > 0) again.push(body);
  again.push(null);
  // Hot path: the engine iterates over it, which takes a stream longer than all else about a small body.
  again.iterator = () => [body].values() as unknown as ReturnType<IncomingMessage['iterator']>;
  return again;
}
