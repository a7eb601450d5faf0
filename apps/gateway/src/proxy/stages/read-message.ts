import { Problem } from '@latchkey/problem';
import { checkLegacyVersion, decideEra } from '../../message/era.ts';
import { idOf, isObject, messageOf, readShape } from '../../message/message.ts';
import { RpcRefusal, rpcCodes } from '../../message/rpc-refusal.ts';
import { JsonRefused, parseStrictJson } from '../../message/strict-json.ts';
import { sessionBinding, type SealedSessions } from '../../sessions/sealed-sessions.ts';
import type { ToolOperation } from '../../rest/tool-operation.ts';
import { isAuthz, type Exchange, type McpRoute } from '../exchange.ts';
import type { Later } from '../later.ts';
import { readBody } from '../read-body.ts';
import type { Stage } from '../stage.ts';

export interface ReadMessageOptions {
  sessions: SealedSessions;
  maxBodyBytes: number;
  /** Whether they are requests of our own on the way to an answer: limits are of what callers send, and what the protocol adds to it is not theirs. */
  isInner?: boolean;
}

const managementMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
const methodNotAllowed = (allow: string): Problem =>
  new Problem('invalid_request', { status: 405, detail: 'This method is not served here.', headers: { allow } });

/** RFC 9110 section 15.5.16. A body in another character set, or compressed, is not what was judged. */
function requireJson({ headers }: Exchange['request']): void {
  // Hot path: the plain spelling.
  if (headers['content-type'] === 'application/json' && headers['content-encoding'] === undefined) return;
  const [type, ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';').map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice(8).replaceAll('"', '');
  const encoding = headers['content-encoding'] ?? 'identity';
  if (type === 'application/json' && (charset === undefined || charset === 'utf-8' || charset === 'utf8') && encoding === 'identity') return;
  throw new Problem('invalid_request', { status: 415, detail: 'The body must be application/json in UTF-8, not compressed.' });
}

function parseBody(bytes: Buffer): unknown {
  try {
    return parseStrictJson(bytes);
  } catch (error) {
    if (!(error instanceof JsonRefused)) throw error;
    if (error.fault === 'malformed') throw new Problem('invalid_request', { detail: 'The body is not valid JSON.' });
    const why = { encoding: 'the body is not UTF-8', duplicate: 'a member name occurs twice', depth: 'the body nests too deeply' }[error.fault];
    throw new RpcRefusal(400, rpcCodes.invalidRequest, `Invalid Request: ${why}`);
  }
}

/** One JSON-RPC message, judged by its body alone; from here on the exchange speaks JSON-RPC. */
export function readMessage({ sessions, maxBodyBytes, isInner = false }: ReadMessageOptions): Stage {
  const most = isInner ? Infinity : maxBodyBytes;
  const limitOf = ({ server }: McpRoute): number => (isInner ? most : Math.min(most, server.settings?.limits?.bodyBytes ?? most));

  const judge = (exchange: Exchange, body: Buffer): void => {
    const value = parseBody(body);
    exchange.refusedId = idOf(value);
    const shape = readShape(value);
    exchange.message = messageOf(shape, decideEra(shape, exchange.request.headers, exchange.request.rawHeaders), body);
  };

  const readPosted = (exchange: Exchange, limitBytes: number, after?: () => void): Later<void> => {
    const { request } = exchange;
    requireJson(request);
    return readBody(request, limitBytes, (body) => {
      judge(exchange, body);
      after?.();
    });
  };

  const readManaged = async (exchange: Exchange): Promise<void> => {
    const body = await readBody(exchange.request, most);
    exchange.body = body.length === 0 ? null : body;
  };

  /** What a request over REST comes to, in the words of the protocol: it is decided, counted and noted as that. */
  const readToolRequest = async (exchange: Exchange, operation: ToolOperation, limitBytes: number): Promise<void> => {
    if (operation.kind === 'none') throw methodNotAllowed(operation.allow);
    const asked = { kind: 'request', id: 0, meta: null, era: 'modern' } as const;
    if (operation.kind !== 'call') return void (exchange.message = { ...asked, method: 'tools/list', params: {}, body: Buffer.alloc(0) });
    const body = await readBody(exchange.request, limitBytes);
    exchange.message = { ...asked, method: 'tools/call', params: { name: operation.tool, arguments: argumentsIn(exchange, body) }, body };
  };

  const argumentsIn = ({ request }: Exchange, body: Buffer): Record<string, unknown> => {
    if (body.length === 0) return {};
    requireJson(request);
    const value = parseBody(body);
    if (!isObject(value)) throw new Problem('invalid_request', { detail: 'The body must be an object: the arguments of the tool.' });
    return value;
  };

  /** A session id never authenticates; it is opened for the principal that the credential named (GW-71, GW-72). */
  const openSession = (exchange: Exchange, route: McpRoute): void => {
    const sealed = exchange.request.headers['mcp-session-id'];
    if (exchange.message?.era === 'modern') return;
    if (sealed === undefined) {
      if (exchange.message?.kind !== 'response') return;
      throw new RpcRefusal(400, rpcCodes.invalidRequest, 'Bad Request: a response belongs to a session, and Mcp-Session-Id is missing');
    }
    const opened = sessions.open(String(sealed), sessionBinding(exchange.needPrincipal(), route.server, exchange.endUser));
    if (opened === null) throw new Problem('not_found', { detail: 'Session not found' });
    exchange.upstreamSession = opened;
  };

  return {
    name: 'readMessage',
    statuses: [400, 404, 405, 413, 415],
    run(exchange): void | Promise<void> | Later<void> {
      const route = exchange.needRoute();
      const { method, request } = exchange;
      if (isAuthz(route)) return;
      if (route.kind === 'own') {
        if (method !== 'POST') throw methodNotAllowed('POST');
        return readPosted(exchange, most);
      }
      if (route.kind === 'manage') {
        if (!managementMethods.has(method)) throw methodNotAllowed([...managementMethods].join(', '));
        return readManaged(exchange);
      }
      if (route.tools !== undefined) return readToolRequest(exchange, route.tools, limitOf(route));
      if (method === 'POST') return readPosted(exchange, limitOf(route), () => openSession(exchange, route));
      if (method === 'GET' || method === 'DELETE') checkLegacyVersion(request.headers['mcp-protocol-version']?.toString());
      else throw methodNotAllowed('POST, GET, DELETE');
      openSession(exchange, route);
    },
  };
}
