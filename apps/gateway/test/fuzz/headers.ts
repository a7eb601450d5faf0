import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { Problem } from '@latchkey/problem';
import type { Presented } from '../../src/credentials/authorization-header.ts';
import type { Exchange } from '../../src/proxy/exchange.ts';

const known = [
  'authorization', 'Authorization', 'cookie', 'dpop', 'host', 'origin', 'content-type', 'content-length', 'accept', 'connection', 'te', 'trailer', 'upgrade', 'proxy-authorization', 'x-forwarded-for',
  'x-forwarded-host', 'forwarded', 'x-real-ip', 'client-cert', 'x-client-cert-chain', 'x-ssl-client-verify', 'ssl-client-cert', 'latchkey-identity', 'latchkey-anything', 'x-latchkey-internal', 'mcp-protocol-version',
  'mcp-method', 'mcp-name', 'mcp-session-id', 'mcp-param-region', 'mcp-param-', 'last-event-id', 'traceparent', 'tracestate', 'x-request-id', 'accept-encoding', 'x-tenant-id', 'x-credential-id', '__proto__', 'constructor',
];
const answered = [
  'set-cookie', 'www-authenticate', 'proxy-authenticate', 'access-control-allow-origin', 'strict-transport-security', 'clear-site-data', 'alt-svc', 'location', 'link', 'refresh', 'server', 'cache-control', 'vary', 'x-custom',
  'latchkey-identity', 'ratelimit-limit', 'x-ratelimit-reset', 'connection', 'keep-alive', 'transfer-encoding', 'content-type', 'content-length', 'x-request-id', 'mcp-session-id', 'retry-after', 'etag', '__proto__',
];
const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const value = fc.oneof(fc.string({ maxLength: 20 }), token, fc.constantFrom('', '/relative', '//evil.example/', 'https://inside.example/', 'keep-alive, X-Custom', 'x-custom,etag', 'close'));
const headersOf = (names: readonly string[], values: fc.Arbitrary<string | string[]>): fc.Arbitrary<IncomingHttpHeaders> =>
  fc.array(fc.tuple(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: token }), values), { maxLength: 12 }).map((entries) => Object.fromEntries(entries.map(([name, of]) => [name.toLowerCase(), of])));

const mayGoOn = new Set(['accept', 'content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name', 'last-event-id', 'traceparent', 'tracestate', 'mcp-session-id', 'accept-encoding', 'x-request-id', 'latchkey-identity']);

/** GW-80, GW-81: whatever a caller sends, what goes on is of the protocol or ours, and what is ours is not what the caller said. */
export const keepsToItself = (strip: (headers: IncomingHttpHeaders) => void, build: (exchange: Exchange, assertion: string | null) => readonly string[]): fc.IProperty<[IncomingHttpHeaders, boolean]> =>
  fc.property(headersOf(known, value), fc.boolean(), (headers, modern) => {
    strip(headers);
    const reserved = Object.keys(headers).filter((name) => /forwarded|latchkey|client-cert|ssl-client|real-ip/.test(name) && !/^mcp-param-/.test(name));
    const exchange = {
      request: { headers }, requestId: 'our-id', upstreamSession: null, attached: undefined, upstream: undefined, route: { kind: 'mcp', server: {} },
      message: { kind: 'request', era: modern ? 'modern' : 'legacy', method: 'tools/list', params: {}, id: 1, meta: null },
    } as unknown as Exchange;
    const list = build(exchange, 'our-assertion');
    const sent = Object.fromEntries(list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1]]] : []))) as Record<string, string | undefined>;
    if (Object.keys(sent).length * 2 !== list.length) return false;
    const strangers = Object.keys(sent).filter((name) => !mayGoOn.has(name) && !name.startsWith('mcp-param-'));
    return reserved.length === 0 && strangers.length === 0 && sent['latchkey-identity'] === 'our-assertion' && sent['x-request-id'] === 'our-id' && sent['accept-encoding'] === 'identity'
      // Sessions are the gateway's to name, and the modern protocol has neither these nor resumption (GW-70, GW-73).
      && sent['mcp-session-id'] === undefined && !(modern && 'last-event-id' in sent)
      && (modern || sent['mcp-method'] === undefined || sent['mcp-method'] === 'tools/list');
  });

const neverOut = /^(?:set-cookie|www-authenticate|proxy-.*|access-control-.*|(?:x-)?latchkey-.*|(?:x-)?ratelimit.*|connection|keep-alive|transfer-encoding|te|trailer|upgrade|strict-transport-security|clear-site-data|alt-svc|mcp-session-id|server|link|refresh|vary|cache-control|x-request-id)$/;

/** GW-83: what an upstream says of its connection, its login or our host stays behind; all else comes out as it was. */
export const keepsUpstreamIn = (filter: (headers: IncomingHttpHeaders) => Record<string, string | string[]>): fc.IProperty<[IncomingHttpHeaders]> =>
  fc.property(headersOf(answered, fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 2 }))), (headers) => {
    const out = filter(headers);
    const hops = [headers.connection ?? []].flat().join(',').toLowerCase().split(',').map((name) => name.trim());
    return Object.entries(out).every(([name, of]) => of === headers[name] && !neverOut.test(name) && !hops.includes(name) && (name !== 'location' || /^\/(?!\/)/.test(String(of))));
  });

const schemes = fc.constantFrom('Bearer', 'bearer', 'BEARER', 'DPoP', 'Basic', 'Bearer:', '');
const gap = fc.constantFrom(' ', ' ', '  ', '\t', '', ' \u00a0');
const secret = fc.oneof(fc.stringMatching(/^[A-Za-z0-9._~+/-]{1,40}={0,2}$/), fc.string({ maxLength: 20 }), fc.constantFrom('', 'a b', 'a,b', 'a=b', 'a'.repeat(8192), 'a'.repeat(8193)));
const authorization = fc.tuple(schemes, gap, secret).map((parts) => parts.join(''));
const query = fc.oneof(fc.constant(''), fc.constantFrom('?access_token=x', '?a=1&access%5ftoken', '?a=access_token', '?ACCESS_TOKEN=1', '?&access_token&'), fc.webQueryParameters().map((text) => `?${text}`));

/** GW-20: a token is one that stands alone in one header; everything else is none, or a refusal with its code. */
export const takesOneToken = (read: (request: IncomingMessage) => Presented | null): fc.IProperty<[string[], string]> =>
  fc.property(fc.array(authorization, { maxLength: 2 }), query, (values, text) => {
    const rawHeaders = values.flatMap((of, at) => [at === 0 ? 'Authorization' : 'authorization', of]);
    const request = { url: `/mcp/demo${text}`, headers: { ...(values[0] === undefined ? {} : { authorization: values[0] }) }, rawHeaders } as unknown as IncomingMessage;
    const inQuery = [...new URLSearchParams(text.slice(1)).keys()].includes('access_token');
    try {
      const found = read(request);
      if (found === null) return !inQuery && (values.length === 0 || !/^(?:bearer|dpop)(?: |$)/i.test(values[0] ?? '') || values.length === 1);
      const [scheme, ...rest] = (values[0] ?? '').split(' ');
      return !inQuery && values.length === 1 && scheme?.toLowerCase() === found.scheme && rest.join(' ').trim() === found.token && /^[\w.~+/-]+=*$/.test(found.token) && found.token.length <= 8192;
    } catch (error) {
      return error instanceof Problem && error.code === 'invalid_request' && error.status === 400;
    }
  });
