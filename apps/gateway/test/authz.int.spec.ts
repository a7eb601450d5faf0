import { identityHeader } from '@latchkey/contracts';
import { findOperation, refusalsByStatus, refusalsOf } from '@latchkey/contracts/openapi';
import { startNginx, verifies, type TestNginx } from '@latchkey/testing';
import { mintToken } from '@latchkey/token';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { send } from './support/send.ts';
import { bearer, startWorld, type World } from './support/world.ts';

const told = ['x-user-id', 'x-tenant-id', 'x-project-id', 'latchkey-credential', 'latchkey-client', 'latchkey-scope', identityHeader];

/** What is answered is what the OpenAPI document says of it: status, code, and every header that names somebody. */
function requireInDocument(method: string, target: string, status: number, code: string | undefined, headers: object): void {
  const operation = findOperation(method, target.split('?')[0] ?? '')?.operation;
  if (operation === undefined) return;
  if (status === 200) return expect(Object.keys(operation.answerHeaders ?? {}).map((name) => name.toLowerCase())).toEqual(expect.arrayContaining(told.filter((name) => name in headers)));
  const codes = Object.fromEntries(refusalsByStatus(refusalsOf(operation), operation.refusesAsProxiesKnow));
  expect([target, status, codes[status]]).toEqual([target, status, expect.arrayContaining([code])]);
}

describe('the question of a proxy', () => {
  let world: World;
  let token: string;
  beforeAll(async () => {
    world = await startWorld({ env: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' } });
    await world.publish(world.server({ slug: 'theirs', org: 'other' }));
    await world.publish(world.server({ slug: 'keeping', settings: { restrictions: { allowedTools: null, deniedTools: ['x'], allowedRoles: null, annotations: {} } } }));
    ({ token } = await world.pat());
  });
  afterAll(() => world.close());
  beforeEach(() => { world.upstream.received.splice(0); });

  const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const { status, json, headers: answered, text } = await send(`${world.url}${path}`, { method, headers });
    requireInDocument(method, path, status, json?.code as string | undefined, answered);
    return { status, code: json?.code as string | undefined, headers: answered, text };
  };

  verifies('G14', 'is answered 200 with who it is, and for a server with an assertion that this server verifies', async () => {
    const { status, headers, text } = await ask('/authz/servers/demo', bearer(token));
    expect([status, text, headers['cache-control']]).toEqual([200, '', 'no-store']);
    expect(headers).toMatchObject({ 'x-user-id': 'user-1', 'x-tenant-id': 'acme', 'x-project-id': 'main', 'latchkey-scope': 'mcp:read mcp:execute', 'latchkey-credential': expect.stringMatching(/^pat:/) as string });
    const keys = createLocalJWKSet((await send(`${world.url}/.well-known/jwks.json`, { method: 'GET' })).json as JSONWebKeySet);
    const { payload } = await jwtVerify(String(headers[identityHeader]), keys, { audience: world.upstream.url, issuer: 'http://gateway.test' });
    expect(payload).toMatchObject({ sub: 'user-1', org: 'acme', project: 'main' });
    const bare = await ask('/authz', bearer(token));
    expect([bare.status, bare.headers['x-user-id'], bare.headers['x-project-id'], bare.headers[identityHeader]]).toEqual([200, 'user-1', undefined, undefined]);
    const jwt = await ask('/authz', bearer(await world.jwt({ aud: 'http://gateway.test/v1', scope: 'keys:read' })));
    expect([jwt.status, jwt.headers['latchkey-client']]).toEqual([200, 'client-1']);
    // Envoy asks with the method, the host and the origin of the request itself.
    expect((await ask('/authz/uri/mcp/demo?x=1', { ...bearer(token), host: 'app.example', origin: 'https://app.example' }, 'POST')).status).toBe(200);
    expect((await ask('/authz', { ...bearer(token), 'x-forwarded-uri': '/mcp/demo' })).headers['x-project-id']).toBe('main');
    expect(world.upstream.received).toHaveLength(0);
  });

  verifies('G14', 'is answered 401 with a challenge, or 403, and nothing else, with nobody named', async () => {
    const reader = (await world.pat({ scopes: ['mcp:read'] })).token;
    const kept = (await world.pat({ tools: ['demo:add'] })).token;
    const partial = (await world.pat({ grants: [{ resource: 'org/acme/project/main', actions: ['read', 'write'] }] })).token;
    const bound = (await world.pat({ allowedIps: ['192.0.2.0/24'] })).token;
    const jwt = await world.jwt();
    const cases: [string, Record<string, string>, number, string][] = [
      ['/authz', {}, 401, 'token_missing'], ['/authz', bearer(mintToken().token), 401, 'token_unknown'], ['/authz/servers/demo', {}, 401, 'token_missing'],
      ['/authz', bearer(jwt), 401, 'token_wrong_audience'], ['/authz/servers/keeping', bearer(jwt), 401, 'token_wrong_audience'],
      ['/authz/servers/theirs', bearer(token), 403, 'tenant_mismatch'], ['/authz/servers/nowhere', bearer(token), 403, 'not_found'],
      ['/authz/servers/demo', bearer(reader), 403, 'insufficient_scope'], ['/authz/servers/demo', bearer(kept), 403, 'tool_not_allowed'], ['/authz/servers/demo', bearer(partial), 403, 'tool_not_allowed'],
      ['/authz/servers/keeping', bearer(token), 403, 'tool_not_allowed'], ['/authz', bearer(bound), 403, 'ip_not_allowed'],
      ['/authz', { ...bearer(token), 'x-user-id': 'user-2' }, 403, 'user_mismatch'], ['/authz', { ...bearer(token), 'x-tenant-id': 'other' }, 403, 'tenant_mismatch'],
      ['/authz', { ...bearer(token), 'x-original-uri': '/mcp/demo', 'x-forwarded-uri': '/mcp/theirs' }, 403, 'invalid_request'],
      ['/authz?access_token=x', {}, 403, 'invalid_request'], ['/authz', { authorization: 'Bearer ' }, 403, 'invalid_request'],
    ];
    for (const [path, headers, status, code] of cases) {
      const answer = await ask(path, headers);
      expect([path, headers, answer.status, answer.code]).toEqual([path, headers, status, code]);
      if (status === 401) expect(answer.headers['www-authenticate']).toContain('resource_metadata=');
      for (const name of told) expect(answer.headers).not.toHaveProperty(name);
    }
    expect((await ask('/authz', { ...bearer(bound), 'x-forwarded-for': '192.0.2.7' })).status).toBe(200);
    const slow = (await world.pat({ rateLimit: { limit: 1, windowSeconds: 60 } })).token;
    expect((await ask('/authz', bearer(slow))).status).toBe(200);
    const limited = await ask('/authz', bearer(slow));
    expect([limited.status, limited.code, Number(limited.headers['retry-after']) > 0]).toEqual([403, 'rate_limited', true]);
  });

  describe('behind a real nginx', () => {
    let nginx: TestNginx;
    beforeAll(async () => {
      const question = (path: string) => `internal; proxy_pass ${world.url}${path}; proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_set_header X-Original-URI $request_uri; proxy_set_header X-Forwarded-For $remote_addr;`;
      const guarded = (authz: string) => `auth_request ${authz}; auth_request_set $who $upstream_http_x_user_id; auth_request_set $identity $upstream_http_latchkey_identity; proxy_set_header Authorization ""; proxy_set_header X-User-Id $who; proxy_set_header Latchkey-Identity $identity;`;
      nginx = await startNginx(`
        location = / { return 204; }
        location = /ask-server { ${question('/authz/servers/demo')} }
        location = /ask { ${question('/authz')} }
        location /app/ { ${guarded('/ask-server')} proxy_pass ${world.upstream.origin}; }
        location /mcp/ { ${guarded('/ask')} proxy_pass ${world.upstream.origin}; }`);
      world.upstream.handle = ({ response }) => void response.writeHead(200).end('served');
    });
    afterAll(() => nginx?.stop());

    verifies('G14', 'who may pass is served, told of by name, and without the credential', async () => {
      const answer = await send(`${nginx.url}/app/page`, { method: 'POST', body: 'x', headers: { ...bearer(token), 'x-user-id': 'user-1', [identityHeader]: 'forged' } });
      expect([answer.status, answer.text]).toEqual([200, 'served']);
      const [received] = world.upstream.received;
      expect(received).toMatchObject({ url: '/app/page', body: 'x', headers: { 'x-user-id': 'user-1' } });
      expect(received!.headers).not.toHaveProperty('authorization');
      expect(String(received!.headers[identityHeader])).toMatch(/^ey/);
    });

    verifies('G14', 'who may not is sent to sign in, or away, whatever he says that he asks for', async () => {
      const none = await send(`${nginx.url}/app/page`, { method: 'GET' });
      expect([none.status, String(none.headers['www-authenticate'])]).toEqual([401, expect.stringContaining('oauth-protected-resource/mcp/demo')]);
      const { token: doomed, record } = await world.pat();
      expect((await send(`${nginx.url}/app/page`, { method: 'GET', headers: bearer(doomed) })).status).toBe(200);
      await world.publish({ ...record, revokedAt: 1 });
      expect((await send(`${nginx.url}/app/page`, { method: 'GET', headers: bearer(doomed) })).status).toBe(401);
      world.upstream.received.splice(0);
      expect((await send(`${nginx.url}/mcp/demo`, { method: 'GET', headers: bearer(token) })).status).toBe(200);
      for (const headers of [{ 'x-original-uri': '/mcp/demo' }, { 'x-forwarded-uri': '/mcp/demo' }, {}] as Record<string, string>[]) {
        expect([headers, (await send(`${nginx.url}/mcp/theirs`, { method: 'GET', headers: { ...bearer(token), ...headers } })).status]).toEqual([headers, 403]);
      }
      expect(world.upstream.received).toHaveLength(1);
    });
  });
});
