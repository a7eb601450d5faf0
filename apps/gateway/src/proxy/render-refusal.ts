import { Problem, problemContentType, toProblemDocument } from '@latchkey/problem';
import { RpcRefusal, rpcCodes } from '../message/rpc-refusal.ts';
import { isAuthz, type Exchange } from './exchange.ts';

/** The client is gone: nobody is left to answer. Logged as 499, in the tradition of nginx. */
export class ClientGone extends Error {
  constructor() {
    super('the client has left');
    this.name = 'ClientGone';
  }
}

function rpcErrorOf(error: unknown, requestId: string): { status: number; error: { code: number; message: string; data?: unknown } } {
  if (error instanceof RpcRefusal) {
    const { code, message, data } = error;
    return { status: error.status, error: { code, message, ...(data === undefined ? {} : { data }) } };
  }
  if (error instanceof Problem) {
    // GW-05: our own codes lie outside -32768..-32000. The HTTP status serves; the stable name is in `data`.
    return { status: error.status, error: { code: error.status, message: error.message, data: { code: error.code, requestId } } };
  }
  return { status: 500, error: { code: rpcCodes.internalError, message: 'Internal error', data: { requestId } } };
}

/**
 * The one place where the data plane renders errors (GW-05): problem+json until the message is judged, then a JSON-RPC error with the
 * request's id. A refusal that is worded in JSON-RPC always goes out as such.
 */
export function renderRefusal(exchange: Exchange, error: unknown): void {
  const { response, requestId, message } = exchange;
  if (error instanceof ClientGone || response.destroyed) return;
  // Half an answer cannot be taken back; a cut connection is the only honest end of it.
  if (response.headersSent) return void response.destroy();

  exchange.tellAll();
  if (error instanceof Problem) for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
  // Over REST there is no message that an answer could name, whatever the request was taken for.
  const overRest = exchange.route?.kind === 'mcp' && exchange.route.tools !== undefined;
  if (overRest && error instanceof RpcRefusal) error = new Problem('invalid_request', { detail: error.message });
  const asRpc = !overRest && (error instanceof RpcRefusal || (message !== undefined && message.kind === 'request'));
  if (asRpc) {
    const { status, error: body } = rpcErrorOf(error, requestId);
    const id = message?.kind === 'request' ? message.id : exchange.refusedId;
    send(exchange, status, 'application/json', { jsonrpc: '2.0', id, error: body });
    return;
  }
  const document = toProblemDocument(error, requestId, exchange.route?.template);
  // Some proxies take any other status for trouble of ours. What is ours stays ours: no proxy lets anybody in on it.
  if (exchange.route !== undefined && isAuthz(exchange.route) && document.status !== 401 && document.status < 500) document.status = 403;
  send(exchange, document.status, problemContentType, document);
}

function send(exchange: Exchange, status: number, contentType: string, body: object): void {
  exchange.answer(status, { 'content-type': contentType }, Buffer.from(JSON.stringify(body)));
}
