import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { Problem } from '@latchkey/problem';
import type { Era, MessageShape } from '../../src/message/message.ts';
import { readShape } from '../../src/message/message.ts';
import { RpcRefusal } from '../../src/message/rpc-refusal.ts';

const versionKey = 'io.modelcontextprotocol/protocolVersion';
const versions = fc.constantFrom('2026-07-28', '2025-11-25', '2025-06-18', '2024-11-05', '2027-01-01', '', 'x');
const methods = fc.constantFrom('tools/call', 'tools/list', 'resources/read', 'prompts/get', 'initialize', 'notifications/cancelled', 'hasOwnProperty', '__proto__');
const names = fc.oneof(fc.constantFrom('add', 'grün', 'a, b', ' add', '', '=?base64?YWRk?=', 'constructor'), fc.string({ maxLength: 12 }));
const maybe = <Value>(of: fc.Arbitrary<Value>, weight = 4): fc.Arbitrary<Value | undefined> => fc.oneof({ weight, arbitrary: of }, { weight: 1, arbitrary: fc.constant(undefined) });
const meta = fc.record({ [versionKey]: fc.oneof({ weight: 4, arbitrary: versions }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) }), 'io.modelcontextprotocol/clientCapabilities': fc.oneof(fc.constant({}), fc.jsonValue({ maxDepth: 1 })) }, { requiredKeys: [] });

export const message = fc.record({
  jsonrpc: fc.oneof({ weight: 9, arbitrary: fc.constant('2.0') }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 0 }) }),
  id: fc.oneof({ weight: 4, arbitrary: fc.nat(99) }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) }),
  method: fc.oneof({ weight: 9, arbitrary: methods }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) }),
  params: fc.oneof({ weight: 9, arbitrary: fc.record({ name: names, uri: names, _meta: meta }, { requiredKeys: [] }) }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) }),
}, { requiredKeys: [] }).map((value): unknown => value);

/** Half of the headers repeat the body, as a good client's do, so that there is something to let through. */
const headers = (of: unknown): fc.Arbitrary<IncomingHttpHeaders> => {
  const { method, params } = (of ?? {}) as { method?: string; params?: { name?: string; uri?: string; _meta?: Record<string, unknown> } };
  const encoded = (text: unknown): string => `=?base64?${Buffer.from(String(text)).toString('base64')}?=`;
  const own = <Value>(said: Value, other: fc.Arbitrary<string>): fc.Arbitrary<string> => (typeof said === 'string' ? fc.oneof({ weight: 5, arbitrary: fc.constant(said as string) }, { weight: 1, arbitrary: other }) : other);
  const said = params?.name ?? params?.uri;
  return fc.record({
    'mcp-protocol-version': maybe(own(params?._meta?.[versionKey], versions)), 'mcp-method': maybe(own(method, methods)),
    'mcp-name': maybe(fc.oneof(own(said, names), fc.constant(encoded(said)), fc.constantFrom('=?base64?!?=', '=?base64?/w==?='))),
  }).map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));
};

/** GW-40, GW-43: a message of today's protocol is one whose headers say what its body says; a refusal has one of the protocol's codes. */
export const headersAgree = (decide: (shape: MessageShape, headers: IncomingHttpHeaders) => Era): fc.IProperty<[[unknown, IncomingHttpHeaders]]> =>
  fc.property(message.chain((value) => headers(value).map((of) => [value, of] as [unknown, IncomingHttpHeaders])), ([value, of]) => {
    try {
      const shape = readShape(value);
      const era = decide(shape, of);
      const version = shape.kind === 'response' ? undefined : shape.meta?.[versionKey];
      if (era === 'legacy') return shape.kind === 'response' || version === undefined;
      if (shape.kind === 'response' || (version !== undefined && version !== '2026-07-28')) return false;
      if (shape.kind === 'notification') return of['mcp-method'] === undefined || of['mcp-method'] === shape.method;
      const subject = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' }[shape.method];
      const wanted = subject === undefined ? undefined : shape.params[subject];
      const named = String(of['mcp-name'] ?? '').trim();
      const decoded = /^=\?base64\?.*\?=$/.test(named) ? Buffer.from(named.slice(9, -2), 'base64').toString() : named;
      return of['mcp-protocol-version'] === version && of['mcp-method'] === shape.method && (typeof wanted !== 'string' || decoded === wanted);
    } catch (error) {
      return error instanceof RpcRefusal && error.status === 400 && [-32600, -32602, -32020, -32022].includes(error.code);
    }
  });

const segment = fc.constantFrom('mcp', 'MCP', '%6dcp', 'mc%70', 'demo', 'demo%2f..', '..', '.', '%2e%2e', '', 'v1', 'a\\b', 'demo;x', '%00', '%zz', 'other', 'demo?x=/mcp/other', '#/mcp/other');
const uri = fc.tuple(fc.constantFrom('', '', 'https://gateway.test', 'HTTP://x'), fc.array(segment, { maxLength: 4 })).map(([origin, segments]) => `${origin}/${segments.join('/')}`);

/** What a web server makes of a path before it looks for its location: decoded, dots resolved, slashes merged. */
function resolved(path: string): string | null {
  try {
    const parts: string[] = [];
    for (const part of decodeURIComponent(path.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0] ?? '').split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '' && part !== '.') parts.push(part);
    }
    return `/${parts.join('/')}`;
  } catch {
    return null;
  }
}

/** A proxy's question about one server is answered for that one, however the path was spelled, or with 403. */
export const asksAboutOne = (read: (request: IncomingMessage) => string | null): fc.IProperty<[string[], boolean]> =>
  fc.property(fc.array(uri, { minLength: 1, maxLength: 2 }), fc.boolean(), (uris, inPath) => {
    const request = { url: inPath ? `/authz/uri${uris[0]}` : '/authz', rawHeaders: uris.flatMap((of, at) => [at === 0 ? 'X-Original-URI' : 'x-forwarded-uri', of]) } as unknown as IncomingMessage;
    try {
      const server = read(request);
      const paths = (inPath ? [`/${uris[0]?.slice(1)}`] : uris).map(resolved);
      return paths.every((path) => (/^\/mcp\/([^/]+)/.exec(path ?? '')?.[1] ?? null) === server);
    } catch (error) {
      return error instanceof Problem && error.status === 403;
    }
  });
