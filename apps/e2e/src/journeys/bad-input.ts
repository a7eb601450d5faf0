import { request as httpRequest } from 'node:http';
import { modernMeta, toRawAnswer, type RawAnswer } from '../clients/raw-mcp.ts';
import { inventToken } from '../clients/token-format.ts';

const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2026-07-28' };
const call = (name: string, id = 1) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {}, _meta: modernMeta } });
const named = { 'mcp-method': 'tools/call', 'mcp-name': 'whoami' };

/** Sends headers as they are, twice where they come twice; `fetch` would join them. */
export function sendRaw(url: string, rawHeaders: string[], body: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const request = httpRequest(
      { hostname: target.hostname, port: target.port, path: target.pathname + target.search, method: 'POST', agent: false,
        headers: ['Host', target.host, ...rawHeaders, 'Content-Length', String(Buffer.byteLength(body))] },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const init = { status: response.statusCode ?? 0, headers: response.headers as Record<string, string> };
          void toRawAnswer(new Response(Buffer.concat(chunks), init)).then(resolve, reject);
        });
      },
    );
    request.on('error', reject).end(body);
  });
}

export interface BadInput {
  what: string;
  status: number;
  /** Code of the problem document, or of the JSON-RPC error */
  code: string | number;
  send: (url: string, token: string) => Promise<RawAnswer>;
}

const post = (url: string, token: string | undefined, body: string | Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...more } }).then(toRawAnswer);
const sibling = (url: string, slug: string) => url.replace(/\/mcp\/.*$/, `/mcp/${slug}`);

/** What a client may send and must not: each with the one answer that the contract gives. */
export const badInputs: readonly BadInput[] = [
  { what: 'malformed JSON', status: 400, code: 'invalid_request', send: (url, token) => post(url, token, '{"jsonrpc": "2.0", "id": 1,') },
  { what: 'a batch', status: 400, code: -32600, send: (url, token) => post(url, token, JSON.stringify([call('whoami')])) },
  {
    what: 'a member that comes twice', status: 400, code: -32600,
    send: (url, token) => post(url, token, JSON.stringify(call('whoami')).replace('"method":', '"method":"tools/list","method":'), named),
  },
  { what: 'bytes that are not UTF-8', status: 400, code: -32600, send: (url, token) => post(url, token, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])) },
  { what: 'another content type', status: 415, code: 'invalid_request', send: (url, token) => post(url, token, 'a=b', { 'content-type': 'text/plain' }) },
  { what: 'a body over the cap', status: 413, code: 'body_too_large', send: (url, token) => post(url, token, JSON.stringify({ ...call('whoami'), pad: 'x'.repeat(4 * 1024 * 1024) }), named) },
  { what: 'a method header that contradicts the body', status: 400, code: -32020, send: (url, token) => post(url, token, JSON.stringify(call('whoami')), { ...named, 'mcp-method': 'tools/list' }) },
  { what: 'a name header that contradicts the body', status: 400, code: -32020, send: (url, token) => post(url, token, JSON.stringify(call('whoami')), { ...named, 'mcp-name': 'list_tasks' }) },
  { what: 'a missing name header', status: 400, code: -32020, send: (url, token) => post(url, token, JSON.stringify(call('whoami')), { 'mcp-method': 'tools/call' }) },
  {
    what: 'an unknown protocol version', status: 400, code: -32022,
    send: (url, token) => {
      const message = call('whoami');
      const _meta = { ...modernMeta, 'io.modelcontextprotocol/protocolVersion': '2999-01-01' };
      return post(url, token, JSON.stringify({ ...message, params: { ...message.params, _meta } }), { ...named, 'mcp-protocol-version': '2999-01-01' });
    },
  },
  { what: 'an unknown server', status: 404, code: 'not_found', send: (url, token) => post(sibling(url, 'no-such-server'), token, JSON.stringify(call('whoami')), named) },
  { what: 'an unknown kind of token', status: 401, code: 'token_malformed', send: (url) => post(url, 'neither-a-pat-nor-a-jwt', JSON.stringify(call('whoami')), named) },
  { what: 'three parts that are no JWT', status: 401, code: 'token_malformed', send: (url) => post(url, 'aaaa.bbbb.cccc', JSON.stringify(call('whoami')), named) },
  { what: 'a token that nobody has minted', status: 401, code: 'token_unknown', send: (url) => post(url, inventToken(), JSON.stringify(call('whoami')), named) },
  {
    what: 'two Authorization headers', status: 400, code: 'invalid_request',
    send: (url, token) =>
      sendRaw(url, ['Authorization', `Bearer ${token}`, 'Authorization', `Bearer ${token}`, 'Content-Type', 'application/json', 'Accept', headers.accept], JSON.stringify(call('whoami'))),
  },
  { what: 'a scheme without a token', status: 400, code: 'invalid_request', send: (url) => post(url, undefined, JSON.stringify(call('whoami')), { authorization: 'Bearer ' }) },
  { what: 'a token in the query', status: 400, code: 'invalid_request', send: (url, token) => post(`${url}?access_token=${token}`, undefined, JSON.stringify(call('whoami')), named) },
  {
    what: 'a foreign Origin', status: 403, code: 'invalid_request',
    send: (url, token) => post(url, token, JSON.stringify(call('whoami')), { ...named, origin: 'https://evil.example' }),
  },
];

export const codeOf = ({ body }: RawAnswer): unknown => (body['error'] as { code?: unknown } | undefined)?.code ?? body['code'];
