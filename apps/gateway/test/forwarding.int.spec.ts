import { identityHeader } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { open, pieces, send } from './support/send.ts';
import { answerJson } from './support/upstream.ts';
import { bearer, call, list, startWorld, type World } from './support/world.ts';

describe('what goes upstream', () => {
  let world: World;
  let token: string;
  beforeAll(async () => {
    world = await startWorld();
    ({ token } = await world.pat());
  });
  afterAll(() => world.close());
  beforeEach(() => { world.upstream.received.splice(0); });

  const forwarded = () => {
    const [received] = world.upstream.received;
    if (received === undefined) throw new Error('nothing reached the upstream');
    return received;
  };

  verifies('GW-80', 'nothing of the caller that is not listed, his token least of all', async () => {
    const jwt = await world.jwt();
    for (const credential of [token, jwt]) {
      world.upstream.received.splice(0);
      await world.post(call(), {
        ...bearer(credential), cookie: 'session=1', dpop: 'proof', origin: 'http://localhost:1', forwarded: 'for=1.2.3.4', 'x-forwarded-for': '1.2.3.4',
        'proxy-authorization': 'Basic x', 'x-real-ip': '1.2.3.4', 'client-cert': 'x', 'latchkey-identity': 'forged', 'x-latchkey-org': 'other',
        'x-user-id': 'user-1', 'x-anything': 'else', te: 'trailers', 'user-agent': 'agent',
      }, '/mcp/demo?debug=1');
      const { headers, url, body } = forwarded();
      expect(url).toBe('/mcp');
      expect(Object.keys(headers).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'content-length', 'content-type', 'host', 'latchkey-identity', 'x-request-id']);
      expect(headers[identityHeader]).not.toBe('forged');
      expect(JSON.stringify(headers) + body).not.toContain(credential);
    }
    expect(world.log()).not.toContain(token);
    expect(world.log()).not.toContain(jwt);
  });

  verifies(['GW-81', 'GW-48'], 'the judged body to the byte, and the headers of the protocol', async () => {
    const body = '{ "jsonrpc":"2.0", "id":1,\n"method":"tools/call","params":{"name":"add","arguments":{"n":1.0,"big":9007199254740993},"_meta":'
      + '{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}} }';
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await world.post(body, {
      ...bearer(token), 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'add', 'mcp-param-region': 'eu', traceparent: trace,
      'mcp-session-id': 'whatever', 'last-event-id': '7', 'accept-encoding': 'gzip', 'x-request-id': 'req-1',
    });
    const received = forwarded();
    expect(received.body).toBe(body);
    expect(received.headers).toMatchObject({
      'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call',
      'mcp-name': 'add', 'mcp-param-region': 'eu', traceparent: trace, 'accept-encoding': 'identity', 'x-request-id': 'req-1',
    });
    // GW-73: a modern request has no session.
    expect(received.headers).not.toHaveProperty('mcp-session-id');
    expect(received.headers).not.toHaveProperty('last-event-id');
  });

  verifies('GW-49', 'on a legacy request Mcp-Method and Mcp-Name go on only where they are true', async () => {
    await world.post(call(), { ...bearer(token), 'mcp-method': 'tools/list', 'mcp-name': 'other' });
    expect(forwarded().headers).not.toHaveProperty('mcp-method');
    expect(forwarded().headers).not.toHaveProperty('mcp-name');
    world.upstream.received.splice(0);
    await world.post(call(), { ...bearer(token), 'mcp-method': 'tools/call', 'mcp-name': 'add' });
    expect(forwarded().headers).toMatchObject({ 'mcp-method': 'tools/call', 'mcp-name': 'add' });
  });

  verifies('GW-82', 'an assertion of at most a minute, for this upstream alone, that the published keys verify', async () => {
    await world.post(call(), bearer(await world.jwt({ jti: 'jti-9', client_id: 'client-9' })));
    await world.post(call(), bearer(token));
    const keys = createLocalJWKSet((await send(`${world.url}/.well-known/jwks.json`, { method: 'GET' })).json as JSONWebKeySet);
    const [first, second] = world.upstream.received.map(({ headers }) => String(headers[identityHeader]));
    const { payload } = await jwtVerify(first ?? '', keys, { issuer: 'http://gateway.test', audience: world.upstream.url, typ: 'latchkey-identity+jwt', algorithms: ['ES256'] });
    expect(payload).toMatchObject({
      sub: 'user-1', org: 'acme', project: 'main', client_id: 'client-9', scope: 'mcp:read mcp:execute', credential: { kind: 'access_token', id: 'jti-9' },
    });
    expect(payload).not.toHaveProperty('roles');
    expect(Number(payload.exp) - Number(payload.iat)).toBeLessThanOrEqual(60);
    await expect(jwtVerify(first ?? '', keys, { audience: 'http://127.0.0.1:9/mcp' })).rejects.toThrow(/aud/);
    expect((await jwtVerify(second ?? '', keys)).payload).toMatchObject({ credential: { kind: 'pat' } });
    // Neither the gateway itself nor anybody who reads keys as private accepts it.
    expect((await world.post(call(), bearer(first ?? ''))).status).toBe(401);
    expect(JSON.stringify((await send(`${world.url}/.well-known/jwks.json`, { method: 'GET' })).json)).not.toContain('"d"');
  });

  verifies('GW-82', 'the same caller is told by the same assertion for a while', async () => {
    await world.post(call(), bearer(token));
    await world.post(list, bearer(token));
    const [first, second] = world.upstream.received.map(({ headers }) => String(headers[identityHeader]));
    expect(decodeProtectedHeader(first ?? '')).toMatchObject({ alg: 'ES256', typ: 'latchkey-identity+jwt' });
    expect(second).toBe(first);
  });
});

describe('what comes back', () => {
  let world: World;
  let auth: { authorization: string };
  beforeAll(async () => {
    world = await startWorld();
    auth = bearer((await world.pat()).token);
  });
  afterAll(() => world.close());

  const answering = (status: number, headers: Record<string, string | string[]>, body = '{}') => {
    world.upstream.handle = ({ response }) => void response.writeHead(status, headers).end(body);
    return world.post(call('add', 5), auth);
  };

  verifies(['GW-41', 'GW-46'], '4xx bodies of the upstream pass unchanged, for clients read the era from them', async () => {
    const body = '{"jsonrpc":"2.0","id":5,"error":{"code":-32021,"message":"m","data":{"requiredCapabilities":{}}}}';
    for (const status of [400, 404, 405, 429]) {
      const { status: passed, text, headers } = await answering(status, { 'content-type': 'application/json', allow: 'POST' }, body);
      expect([passed, text, headers.allow]).toEqual([status, body, 'POST']);
    }
  });

  verifies('GW-45', 'a version that the server behind has said it does not know is refused here, and whoever asks anew hears of others', async () => {
    const version = 'io.modelcontextprotocol/protocolVersion';
    const modern = (method: string, params: object = {}) => world.post(
      { jsonrpc: '2.0', id: 9, method, params: { ...params, _meta: { [version]: '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } } },
      { ...auth, 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...('name' in params ? { 'mcp-name': String(params.name) } : {}) }, '/mcp/future',
    );
    await world.publish(world.server({ slug: 'future', url: `${world.upstream.origin}/future` }));
    let supportedVersions = ['2031-01-01'];
    world.upstream.handle = (exchange) => {
      const { id, method } = JSON.parse(exchange.body) as { id: number; method: string };
      if (method !== 'server/discover') return answerJson(exchange);
      exchange.response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result: { supportedVersions, capabilities: {}, resultType: 'complete' } }));
    };
    expect((await modern('tools/call', { name: 'add', arguments: {} })).status).toBe(200);
    expect((await modern('server/discover')).status).toBe(200);
    world.upstream.received.splice(0);
    const refused = await modern('tools/call', { name: 'add', arguments: {} });
    expect([refused.status, refused.json]).toMatchObject([400, { id: 9, error: { code: -32022, data: { supported: [], requested: '2026-07-28' } } }]);
    expect(world.upstream.received).toEqual([]);
    // Legacy requests are none of it.
    expect((await world.post(call(), auth, '/mcp/future')).status).toBe(200);
    supportedVersions = ['2031-01-01', '2026-07-28'];
    expect((await modern('server/discover')).json.result.supportedVersions).toEqual(['2026-07-28']);
    expect((await modern('tools/call', { name: 'add', arguments: {} })).status).toBe(200);
  });

  verifies('GW-83', 'a refusal of the gateway by the upstream, and a redirect, are 502', async () => {
    for (const [status, headers] of [[401, { 'www-authenticate': 'Bearer realm="inside"' }], [407, {}], [302, { location: 'http://10.0.0.1/' }], [307, { location: '/other' }]] as [number, Record<string, string>][]) {
      const answer = await answering(status, headers, 'inside');
      expect([answer.status, answer.json.id, answer.json.error.data.code]).toEqual([502, 5, 'upstream_unavailable']);
      expect(JSON.stringify(answer.headers) + answer.text).not.toMatch(/inside|10\.0\.0\.1|bearer/i);
    }
  });

  verifies('G13', 'an error page of the upstream becomes 502, a JSON-RPC error of it passes', async () => {
    const page = await answering(500, { 'content-type': 'text/html' }, '<pre>Error at /srv/app.js:1</pre>');
    expect([page.status, page.text.includes('/srv')]).toEqual([502, false]);
    const error = await answering(500, { 'content-type': 'application/json' }, '{"jsonrpc":"2.0","id":5,"error":{"code":-32603,"message":"m"}}');
    expect([error.status, error.json.error.code]).toEqual([500, -32603]);
  });

  verifies('G13', 'what an upstream that fails says in words of its own stays inside', async () => {
    for (const body of ['{"error":"stack at /srv/app/secret.js"}', '{"jsonrpc":"1.0","message":"/srv"}', '"/srv/app"', '[{"at":"/srv"}]', '{ /srv', '']) {
      const { status, text } = await answering(500, { 'content-type': 'application/json' }, body);
      expect([status, text.includes('/srv')]).toEqual([502, false]);
    }
  });

  verifies('GW-83', 'headers that speak for our host stay inside', async () => {
    const { headers } = await answering(200, {
      'content-type': 'application/json', 'set-cookie': 'a=b', 'access-control-allow-origin': '*', 'www-authenticate': 'x', 'x-powered-by': 'x', 'strict-transport-security': 'max-age=1',
      'cache-control': 'public', 'x-custom': 'kept', 'latchkey-thing': 'x', 'alt-svc': 'x', 'x-request-id': 'theirs', connection: ['x-hop', 'x-leap'], 'x-hop': '1', 'x-leap': '1', 'mcp-protocol-version': '2025-11-25',
    });
    for (const name of ['set-cookie', 'access-control-allow-origin', 'www-authenticate', 'x-powered-by', 'strict-transport-security', 'latchkey-thing', 'alt-svc', 'x-hop', 'x-leap']) expect(headers).not.toHaveProperty(name);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-custom': 'kept', 'mcp-protocol-version': '2025-11-25' });
    expect(headers['x-request-id']).not.toBe('theirs');
  });

  verifies('GW-51', 'tools/list is filtered in JSON and in SSE, in both eras, for a restricted credential', async () => {
    const restricted = bearer((await world.pat({ tools: ['demo:add'] })).token);
    const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
    const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
    const result = { tools: [{ name: 'delete_all' }, { name: 'add', inputSchema: { maximum: 1 } }], nextCursor: 'n', cacheScope: 'public' };
    const answer = JSON.stringify({ jsonrpc: '2.0', id: 1, result });
    for (const sse of [false, true]) {
      world.upstream.handle = ({ response }) => void response
        .writeHead(200, { 'content-type': sse ? 'text/event-stream' : 'application/json' })
        .end(sse ? `: hi\n\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\n\nid: 4\ndata: ${answer}\n\n` : answer);
      const legacy = await world.post(list, restricted);
      const modernAnswer = await world.post({ ...list, params: { _meta: meta } }, { ...restricted, ...modern });
      const open = await world.post({ ...list, params: { _meta: meta } }, { ...auth, ...modern });
      for (const { text, headers } of [legacy, modernAnswer]) {
        expect(text).toContain('"tools":[{"name":"add","inputSchema":{"maximum":1}}],"nextCursor":"n"');
        expect(text).not.toContain('delete_all');
        expect(headers['cache-control']).toBe('no-store');
      }
      // GW-54
      expect([modernAnswer.text, open.text].every((text) => text.includes('"cacheScope":"private"') && text.includes('"ttlMs":0'))).toBe(true);
      expect(open.text).toContain('delete_all');
    }
  });

  verifies(['GW-50', 'GW-51'], 'a list is filtered whatever type and status it comes with', async () => {
    const restricted = bearer((await world.pat({ tools: ['demo:add'] })).token);
    const answer = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: [{ name: 'delete_all' }, { name: 'add' }] } });
    const json = 'application/json';
    for (const [status, type] of [[200, undefined], [200, 'text/plain'], [200, 'application/octet-stream'], [201, json], [203, json], [206, json], [299, 'text/html'], [400, json], [404, 'text/plain'], [500, json]] as const) {
      world.upstream.handle = ({ response }) => void response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(answer);
      const listed = await world.post(list, restricted);
      expect([listed.status, listed.headers['content-type'], listed.text]).toEqual([status, type, answer.replace('{"name":"delete_all"},', '')]);
    }
  });

  verifies('GW-51', 'a list is filtered behind a byte order mark, whatever its status', async () => {
    const restricted = bearer((await world.pat({ tools: ['demo:add'] })).token);
    const answer = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: [{ name: 'delete_all' }, { name: 'add' }] } });
    for (const status of [200, 400]) {
      world.upstream.handle = ({ response }) => void response.writeHead(status, { 'content-type': 'application/json' }).end(`\ufeff${answer}`);
      const listed = await world.post(list, restricted);
      expect([listed.status, listed.text]).toEqual([status, answer.replace('{"name":"delete_all"},', '')]);
    }
  });

  it('the words of a refusal pass, and an empty answer does', async () => {
    const restricted = bearer((await world.pat({ tools: ['demo:add'] })).token);
    for (const [status, body] of [[404, 'Session not found'], [400, ''], [202, ''], [204, '']] as const) {
      world.upstream.handle = ({ response }) => void response.writeHead(status, status === 404 ? { 'content-type': 'text/plain' } : {}).end(body);
      const { status: heard, text } = await world.post(list, restricted);
      expect([heard, text]).toEqual([status, body]);
    }
  });

  it('an answer that must be read and cannot be is 502', async () => {
    const restricted = bearer((await world.pat({ tools: ['demo:add'] })).token);
    const unreadable = [[{ 'content-type': 'application/json' }, '{ broken'], [{ 'content-type': 'application/json', 'content-encoding': 'gzip' }, 'xx'], [{ 'content-encoding': 'gzip' }, 'xx'], [{ 'content-type': 'text/plain' }, 'delete_all, add'], [{}, '<html>']];
    for (const [headers, body] of unreadable as [Record<string, string>, string][]) {
      world.upstream.handle = ({ response }) => void response.writeHead(200, headers).end(body);
      expect((await world.post(list, restricted)).status).toBe(502);
    }
  });
});

describe('legacy sessions', () => {
  let world: World;
  beforeAll(async () => { world = await startWorld(); });
  afterAll(() => world.close());

  verifies('GW-70', 'the client sees a sealed id, the upstream its own; refresh keeps the session, another principal gets 404', async () => {
    world.upstream.handle = ({ response, body }) => {
      const { id } = JSON.parse(body === '' ? '{}' : body) as { id?: number };
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'upstream-session' }).end(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    };
    const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } } };
    const first = await world.post(initialize, bearer(await world.jwt()));
    const session = String(first.headers['mcp-session-id']);
    expect(session).not.toContain('upstream-session');

    const { token } = await world.pat();
    for (const credential of [await world.jwt({ gid: 'gid-2' }), token]) {
      world.upstream.received.splice(0);
      expect((await world.post(list, { ...bearer(credential), 'mcp-session-id': session })).status).toBe(200);
      expect(world.upstream.received[0]?.headers['mcp-session-id']).toBe('upstream-session');
    }

    world.upstream.received.splice(0);
    await world.publish({ kind: 'member', user: 'user-2', memberships: [{ org: 'acme', role: 'owner', projects: {}, epoch: null }] });
    const { token: foreign } = await world.pat({ owner: 'user-2' });
    await world.publish(world.server({ slug: 'demo-2' }));
    for (const [credential, path, id] of [[foreign, '/mcp/demo', session], [token, '/mcp/demo-2', session], [token, '/mcp/demo', 'upstream-session'], [token, '/mcp/demo', '']] as const) {
      const { status, json } = await world.post({ ...list, id: 6 }, { ...bearer(credential), 'mcp-session-id': id }, path);
      expect([status, json.id, json.error.message]).toEqual([404, 6, 'Session not found']);
    }
    for (const method of ['GET', 'DELETE']) {
      const { status, json } = await send(world.mcp, { method, headers: { ...bearer(foreign), 'mcp-session-id': session } });
      expect([status, json.code]).toEqual([404, 'not_found']);
    }
    expect(world.upstream.received).toHaveLength(0);

    // GW-72: a session id never authenticates.
    expect((await world.post(list, { 'mcp-session-id': session })).status).toBe(401);
    const del = await send(world.mcp, { method: 'DELETE', headers: { ...bearer(token), 'mcp-session-id': session } });
    expect([del.status, world.upstream.received[0]?.method, world.upstream.received[0]?.headers['mcp-session-id']]).toEqual([200, 'DELETE', 'upstream-session']);
  });

  verifies('GW-72', 'GET and Last-Event-ID pass within the session; a response without one does not', async () => {
    const { token } = await world.pat();
    world.upstream.handle = ({ response, headers }) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${headers['last-event-id']}\n\n`);
    const { response } = await open(world.mcp, { method: 'GET', headers: { ...bearer(token), 'last-event-id': 'e-7', accept: 'text/event-stream' } });
    expect(await pieces(response).next()).toBe('data: e-7\n\n');
    const { status, json } = await world.post({ jsonrpc: '2.0', id: 1, result: {} }, bearer(token));
    expect([status, json.error.code]).toEqual([400, -32600]);
  });

  verifies('GW-73', 'no session is minted for a modern request', async () => {
    const { token } = await world.pat();
    world.upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's' }).end('{}');
    const body = { ...call(), params: { name: 'add', _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } } };
    const { status, headers } = await world.post(body, { ...bearer(token), 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'add' });
    expect([status, headers['mcp-session-id']]).toEqual([200, undefined]);
  });
});
