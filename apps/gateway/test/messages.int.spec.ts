import { verifies } from '@latchkey/testing';
import { sendRaw, statusesIn } from './support/raw.ts';
import { open, send } from './support/send.ts';
import { bearer, call, list, startWorld, type World } from './support/world.ts';

const version = 'io.modelcontextprotocol/protocolVersion';
const capabilities = 'io.modelcontextprotocol/clientCapabilities';
const modernCall = (name = 'add', meta: object = { [version]: '2026-07-28', [capabilities]: {} }) => ({ ...call(name, 'm-1'), params: { name, arguments: {}, _meta: meta } });
const modernHeaders = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'add' };

describe('bad input', () => {
  let world: World;
  let auth: { authorization: string };
  beforeAll(async () => {
    world = await startWorld({ env: { LATCHKEY_MAX_BODY_BYTES: '2048' } });
    auth = bearer((await world.pat()).token);
  });
  afterAll(() => world.close());
  afterEach(async () => {
    // Nothing of it reached the upstream, and the process is unharmed.
    expect(world.upstream.received.filter(({ body }) => body !== JSON.stringify(call()))).toEqual([]);
    expect((await world.post(call(), auth)).status).toBe(200);
    world.upstream.received.splice(0);
  });

  verifies('GW-05', 'malformed JSON is 400 problem+json', async () => {
    for (const body of ['{ broken', '', '{"jsonrpc":"2.0"', '\ufeff{}']) {
      const { status, headers, json, text } = await world.post(body, auth);
      expect([status, headers['content-type'], json.code]).toEqual([400, 'application/problem+json', 'invalid_request']);
      expect(text).not.toMatch(/at |SyntaxError|\.ts|position/);
    }
  });

  it('a content type that is not JSON, or a compressed body, is 415', async () => {
    for (const headers of [{ 'content-type': 'text/plain' }, { 'content-type': 'application/x-www-form-urlencoded' }, { 'content-type': 'application/json; charset=utf-16' }, { 'content-encoding': 'gzip' }] as Record<string, string>[]) {
      const { status, json } = await world.post(call(), { ...auth, ...headers });
      expect([status, json.code]).toEqual([415, 'invalid_request']);
    }
    const { status } = await send(world.mcp, { headers: auth, body: JSON.stringify(call()) });
    expect(status).toBe(415);
    expect((await world.post(call(), { ...auth, 'content-type': 'Application/JSON; charset="UTF-8"' })).status).toBe(200);
  });

  it('an oversized body is 413, announced or not', async () => {
    const big = JSON.stringify({ ...call(), padding: 'x'.repeat(5000) });
    expect([(await world.post(big, auth)).status, (await world.post(big, auth)).json.code]).toEqual([413, 'body_too_large']);
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      import('node:http').then(({ request }) => {
        const outgoing = request(world.mcp, { method: 'POST', agent: false, headers: { ...auth, 'content-type': 'application/json', 'transfer-encoding': 'chunked' } });
        outgoing.on('response', (response) => { response.resume(); resolve(response.statusCode); }).on('error', reject);
        outgoing.write(big);
        outgoing.end(big);
      }, reject);
    });
    expect(chunked).toBe(413);
  });

  verifies('GW-42', 'an array, a member twice and invalid UTF-8 are 400, -32600', async () => {
    const bodies = [
      [call()], [], 'null', '7', '{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{"name":"add"}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","\\u006eame":"delete_all"}}',
      Buffer.concat([Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}}')]),
      { id: 1, method: 'tools/list' }, { jsonrpc: '2.0', id: [1], method: 'tools/list' },
    ];
    for (const body of bodies) {
      const { status, headers, json } = await world.post(body, auth);
      expect([status, headers['content-type'], json.jsonrpc, json.error.code]).toEqual([400, 'application/json', '2.0', -32600]);
    }
  });

  verifies('GW-43', 'a header that contradicts the body is 400, -32020 with the id', async () => {
    for (const headers of [{ ...modernHeaders, 'mcp-name': 'delete_all' }, { ...modernHeaders, 'mcp-method': 'tools/list' }, { ...modernHeaders, 'mcp-name': ['add', 'add'] }]) {
      const { status, json } = await world.post(modernCall(), { ...auth, ...headers });
      expect([status, json.id, json.error.code, json.error.data]).toEqual([400, 'm-1', -32020, { code: 'header_mismatch' }]);
    }
    // Two headers are not one, even where they read like it once they are joined.
    for (const [repeated, body] of [[{ 'mcp-name': ['add', 'more'] }, modernCall('add, more')], [{ 'mcp-method': ['tools', 'call'], 'mcp-name': 'add' }, { ...modernCall(), method: 'tools, call' }]] as const) {
      const { status, json } = await world.post(body, { ...auth, ...modernHeaders, ...(repeated as unknown as Record<string, string>) });
      expect([status, json.error.code, json.error.message]).toEqual([400, -32020, expect.stringContaining('is repeated')]);
    }
  });

  verifies('GW-44', 'a modern request without its _meta is 400, -32602; GW-45 another version is -32022', async () => {
    const missing = await world.post(call('add', 'm-2'), { ...auth, ...modernHeaders });
    expect([missing.status, missing.json.id, missing.json.error]).toEqual([400, 'm-2', expect.objectContaining({ code: -32602, data: { missing: ['_meta'] } })]);
    const future = await world.post(modernCall('add', { [version]: '2030-01-01', [capabilities]: {} }), { ...auth, ...modernHeaders, 'mcp-protocol-version': '2030-01-01' });
    expect([future.status, future.json.error.code, future.json.error.data]).toEqual([400, -32022, { supported: ['2026-07-28'], requested: '2030-01-01' }]);
  });

  verifies('GW-01', 'an unknown server or path is 404 before any credential, and says nothing of the path', async () => {
    for (const path of ['/mcp/', '/mcp/nobody', '/mcp/demo/', '/mcp/demo/lk_pat_secret', '/mcp/DEMO', '/mcp/..%2fdemo', '/v1', '/v1/nothing', '/v1/pats/../servers', '/v1/pats/%2e%2e/x', '/v1//pats', '/mcp/__proto__', '/v1/constructor']) {
      for (const headers of [{}, auth]) {
        const { status, json, text } = await world.post(call(), headers, path);
        expect([path, status, json.code, text.includes('lk_pat_secret')]).toEqual([path, 404, 'not_found', false]);
      }
    }
    expect(world.log()).not.toContain('lk_pat_secret');
  });

  verifies('GW-03', 'a foreign Host or Origin is 403; loopback is at home on a loopback gateway', async () => {
    for (const headers of [{ host: 'evil.example' }, { host: '127.0.0.1.evil.example' }, { origin: 'https://evil.example' }, { origin: 'null' }, { origin: 'http://localhost.evil.example' }] as Record<string, string>[]) {
      expect([headers, (await world.post(call(), { ...auth, ...headers })).status]).toEqual([headers, 403]);
    }
    // A name is what it says, and nothing that a parser of URLs would make of it.
    const hosts = ['evil@localhost', 'localhost/evil.example', 'localhost?x', 'localhost#x', '\\localhost', 'local%68ost', '2130706433', '127.1', '0x7f000001', 'localhost:99999', 'localhost:65536', 'localhost:1:2', 'localhost:x', 'localhost,evil.example', '[0:0::1]', '::1', 'localhost.'];
    const origins = ['http://localhost/x, http://evil.example', 'http://x@localhost', 'http://localhost/', 'http://localhost:1/x', 'http://localhost:99999', 'http://localhost:', 'http://127.1', 'HTTP://localhost', 'http://LOCALHOST', 'ftp://localhost', 'http:localhost', 'http://local%68ost', 'http://localhost#x'];
    for (const headers of [...hosts.map((host) => ({ host })), ...origins.map((origin) => ({ origin }))] as Record<string, string>[]) {
      const { status, headers: answered } = await world.post(call(), { ...auth, ...headers });
      expect([headers, status, answered['access-control-allow-origin']]).toEqual([headers, 403, undefined]);
    }
    for (const headers of [{ host: 'localhost:1' }, { host: '[::1]:99' }, { host: 'gateway.test' }, { host: 'LOCALHOST:65535' }, { host: 'Gateway.Test' }, { origin: 'http://[::1]:65535' }, { origin: 'https://127.0.0.1' }, { origin: 'http://localhost:6274' }, { origin: 'http://gateway.test' }] as Record<string, string>[]) {
      expect([headers, (await world.post(call(), { ...auth, ...headers })).status]).toEqual([headers, 200]);
    }
    world.upstream.received.splice(0);
  });

  it('a request that names two hosts, or none, is 400 as everything that is refused', async () => {
    const head = (...lines: string[]) => ['POST /mcp/demo HTTP/1.1', ...lines, `Authorization: ${auth.authorization}`, 'Content-Type: application/json', 'Content-Length: 0', '', ''].join('\r\n');
    for (const text of [head('Host: gateway.test', 'HOST: evil.example'), head('Host: gateway.test', 'Host: gateway.test'), head(), head('Expect: x')]) {
      const answer = await sendRaw(world.url, [text]);
      expect([text, statusesIn(answer), /^x-request-id: \S+\r$/im.test(answer), answer.includes('application/problem+json'), answer.includes('"code":"invalid_request"')]).toEqual([text, [400], true, true, true]);
    }
    // HTTP/1.0 knows no such header (RFC 9112 section 3.2).
    expect((await sendRaw(world.url, ['GET /healthz HTTP/1.0\r\n\r\n'])).startsWith('HTTP/1.1 200')).toBe(true);
    expect(world.upstream.received).toHaveLength(0);
  });

  verifies('GW-04', 'a preflight is answered before the credential, and names every header', async () => {
    const { status, headers } = await send(world.mcp, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:6274', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization, mcp-param-region, x-evil' },
    });
    expect(status).toBe(204);
    expect(headers['access-control-allow-origin']).toBe('http://localhost:6274');
    expect(headers['access-control-allow-methods']).toBe('POST, GET, DELETE');
    expect(headers['access-control-allow-headers']).toBe('authorization, content-type, accept, dpop, last-event-id, mcp-protocol-version, mcp-method, mcp-name, mcp-session-id, x-request-id, x-tenant-id, x-project-id, x-user-id, x-user-token, x-credential-id, x-redirect-uri, x-consistency, idempotency-key, traceparent, tracestate, if-match, mcp-param-region');
    const refused = await world.post(call(), { origin: 'http://localhost:6274' });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, 'http://localhost:6274']);
    expect(refused.headers['access-control-expose-headers']).toMatch(/WWW-Authenticate, Mcp-Session-Id, Retry-After/);
    expect((await send(world.mcp, { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } })).status).toBe(403);
  });

  it('another method is 405 with what is allowed', async () => {
    for (const method of ['PUT', 'PATCH', 'OPTIONS', 'HEAD']) {
      const { status, headers } = await send(world.mcp, { method, headers: auth });
      expect([method, status, headers.allow]).toEqual([method, 405, 'POST, GET, DELETE']);
    }
  });

  it('a client that leaves in the middle of its body harms nobody', async () => {
    const { request } = await import('node:http');
    await new Promise<void>((resolve) => {
      const outgoing = request(world.mcp, { method: 'POST', agent: false, headers: { ...auth, 'content-type': 'application/json', 'content-length': '100' } });
      outgoing.on('error', () => resolve());
      outgoing.write('{"jsonrpc"', () => outgoing.destroy(new Error('left')));
    });
  });
});

describe('rate limit', () => {
  verifies('G5', 'is told in every answer, and the next request over it is 429 in JSON-RPC', async () => {
    const world = await startWorld({ env: { LATCHKEY_RATE_LIMIT_PER_MINUTE: '2' } });
    try {
      const auth = bearer((await world.pat()).token);
      const other = bearer((await world.pat()).token);
      const first = await world.post(list, auth);
      expect([first.headers['ratelimit-limit'], first.headers['ratelimit-remaining']]).toEqual(['2', '1']);
      // A refusal for another reason is not charged.
      await world.post([], auth);
      expect((await world.post(list, auth)).status).toBe(200);
      const { status, json, headers } = await world.post({ ...list, id: 9 }, auth);
      expect([status, json.id, json.error.data.code, Number(headers['retry-after']) > 0]).toEqual([429, 9, 'rate_limited', true]);
      expect((await world.post(list, other)).status).toBe(200);
    } finally {
      await world.close();
    }
  });
});

describe('the answer to a slow or absent upstream', () => {
  it('502 when it refuses the connection, 504 when it passes the deadline, in JSON-RPC and without an address', async () => {
    const world = await startWorld({ env: { LATCHKEY_UPSTREAM_TIMEOUT_MS: '150' } });
    try {
      await world.publish(world.server({ slug: 'gone', url: 'http://127.0.0.1:1/mcp' }));
      const { token } = await world.pat();
      const gone = await world.post(call('add', 4), bearer(token), '/mcp/gone');
      expect([gone.status, gone.json.id, gone.json.error.data.code]).toEqual([502, 4, 'upstream_unavailable']);
      expect(gone.text).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
      world.upstream.handle = () => undefined;
      const slow = await world.post(call('add', 5), bearer(token));
      expect([slow.status, slow.json.id, slow.json.error.data.code]).toEqual([504, 5, 'upstream_timeout']);
      expect((await open(world.mcp, { method: 'GET', headers: bearer(token) })).response.statusCode).toBe(504);
    } finally {
      await world.close();
    }
  });

  verifies('AS-13', 'a private address is refused where private upstreams are not allowed', async () => {
    const world = await startWorld({ env: { LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'false' } });
    try {
      const { status, json } = await world.post(call(), bearer((await world.pat()).token));
      expect([status, json.error.data.code, world.upstream.received.length]).toEqual([502, 'upstream_unavailable', 0]);
      expect(world.log()).toContain('not public');
    } finally {
      await world.close();
    }
  });

  verifies('K8', 'of a key itself counts for that key, in its own window, whether less or more than that of all', async () => {
    const world = await startWorld({ env: { LATCHKEY_RATE_LIMIT_PER_MINUTE: '2' } });
    try {
      const strict = bearer((await world.pat({ rateLimit: { limit: 1, windowSeconds: 7200 } })).token);
      const first = await world.post(call(), strict);
      expect([first.status, first.headers['ratelimit-limit'], first.headers['ratelimit-remaining']]).toEqual([200, '1', '0']);
      expect(Number(first.headers['ratelimit-reset'])).toBeGreaterThan(7000);
      expect((await world.post(call(), strict)).status).toBe(429);
      const wide = bearer((await world.pat({ rateLimit: { limit: 4, windowSeconds: 60 } })).token);
      for (const status of [200, 200, 200, 200, 429]) expect((await world.post(call(), wide)).status).toBe(status);
    } finally {
      await world.close();
    }
  });
});
