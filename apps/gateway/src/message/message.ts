import { RpcRefusal, rpcCodes } from './rpc-refusal.ts';

export type RequestId = string | number;
export type Era = 'modern' | 'legacy';
type Members = Record<string, unknown>;

interface Shape {
  params: Members;
  /** `params._meta`, where it is an object */
  meta: Members | null;
}
export interface RequestShape extends Shape { kind: 'request'; id: RequestId; method: string }
export interface NotificationShape extends Shape { kind: 'notification'; method: string }
export interface ResponseShape { kind: 'response' }
export type MessageShape = RequestShape | NotificationShape | ResponseShape;

/** A judged message: `body` is what goes upstream, to the byte. */
export type Message = MessageShape & { era: Era; body: Buffer };

/** Of what a message brings along, only which tool, prompt or resource it is about: what decisions are made by. */
export const namedIn = ({ name, uri }: Members): Members => ({ ...(name === undefined ? {} : { name }), ...(uri === undefined ? {} : { uri }) });

/** Hot path: nearly all are requests, for which nothing is copied piece by piece. */
export function messageOf(shape: MessageShape, era: Era, body: Buffer): Message {
  if (shape.kind !== 'request') return { ...shape, era, body };
  const { id, method, params, meta } = shape;
  return { kind: 'request', id, method, params, meta, era, body };
}

export const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The id to answer with, as far as a message that may be refused has a usable one. */
export function idOf(value: unknown): RequestId | null {
  if (!isObject(value)) return null;
  const id = value['id'];
  return typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id)) ? id : null;
}

const refuse = (why: string): RpcRefusal => new RpcRefusal(400, rpcCodes.invalidRequest, `Invalid Request: ${why}`);

/**
 * Reads the envelope of one JSON-RPC message.
 * @throws RpcRefusal 400, -32600: an array (batches left the protocol in 2025-06-18), no JSON-RPC 2.0, a broken id, method or params
 * @see https://www.jsonrpc.org/specification sections 4 and 5
 */
export function readShape(value: unknown): MessageShape {
  if (Array.isArray(value)) throw refuse('one JSON-RPC message a request, not an array');
  if (!isObject(value) || value['jsonrpc'] !== '2.0') throw refuse('not a JSON-RPC 2.0 message');
  const { method, params = {} } = value;
  const id = idOf(value);
  const hasId = 'id' in value;
  if (method === undefined) {
    const answers = ('result' in value ? 1 : 0) + ('error' in value ? 1 : 0);
    // An error may answer a request whose id could not be read; a result never does.
    if (answers !== 1 || (id === null && !('error' in value))) throw refuse('neither a request nor a response');
    return { kind: 'response' };
  }
  if (typeof method !== 'string' || method === '') throw refuse('method must be a name');
  if (!isObject(params)) throw refuse('params must be an object');
  if (hasId && id === null) throw refuse('id must be a string or a number');
  const meta = isObject(params['_meta']) ? params['_meta'] : null;
  return id === null ? { kind: 'notification', method, params, meta } : { kind: 'request', id, method, params, meta };
}
