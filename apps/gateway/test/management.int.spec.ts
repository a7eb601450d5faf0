import { identityHeader } from '@latchkey/contracts';
import { AssertionVerifier } from '@latchkey/service';
import { eventually, verifies } from '@latchkey/testing';
import { send } from './support/send.ts';
import { bearer, issuer, startWorld, type World } from './support/world.ts';

const resource = 'http://gateway.test/v1';
const metadata = 'http://gateway.test/.well-known/oauth-protected-resource/v1';

describe('the management API through the gateway', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
    await world.publish({ kind: 'member', user: 'admin-1', memberships: [{ org: 'acme', role: 'admin', projects: {}, epoch: null }] });
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.upstream.received.splice(0);
    world.upstream.handle = ({ response, method, url }) => void response.writeHead(method === 'POST' ? 201 : 200, { 'content-type': 'application/json', location: 'http://inside/1' }).end(JSON.stringify({ url }));
  });

  const api = (method: string, path: string, token: string | null, more: { body?: object; headers?: Record<string, string> } = {}) =>
    send(`${world.url}${path}`, { method, headers: { 'content-type': 'application/json', ...(token === null ? {} : bearer(token)), ...more.headers }, ...(more.body === undefined ? {} : { body: more.body }) });
  const verifier = (audience: string) => new AssertionVerifier({ issuer: 'http://gateway.test', audience, jwksUrl: `${world.url}/.well-known/jwks.json` });

  verifies('K2', 'a PAT and an access token for the management resource reach the service with the same path, query and body', async () => {
    const { token } = await world.pat({ scopes: ['keys:write'] });
    for (const credential of [token, await world.jwt({ aud: resource, scope: 'keys:read keys:write' })]) {
      world.upstream.received.splice(0);
      const created = await api('POST', '/v1/pats?dry=1', credential, { body: { name: 'n' }, headers: { 'idempotency-key': 'i-1', 'x-consistency': 'feed.keys.pat.x@1', cookie: 'a=b' } });
      expect([created.status, created.json.url, created.headers.location, created.headers['cache-control']]).toEqual([201, '/v1/pats?dry=1', undefined, 'no-store']);
      const { headers, body, method } = world.upstream.received[0]!;
      expect([method, body]).toEqual(['POST', '{"name":"n"}']);
      expect(headers).toMatchObject({ 'idempotency-key': 'i-1', 'x-consistency': 'feed.keys.pat.x@1' });
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('cookie');
    }
  });

  verifies('GW-32', 'what a service says that a credential lacks reaches the caller, who can ask for it', async () => {
    const challenge = 'Bearer resource_metadata="http://gateway.test/.well-known/oauth-protected-resource/v1", error="insufficient_scope", scope="keys:write"';
    world.upstream.handle = ({ response }) => void response.writeHead(403, { 'content-type': 'application/problem+json', 'www-authenticate': challenge }).end('{"code":"insufficient_scope"}');
    const { status, headers } = await api('GET', '/v1/pats', (await world.pat({ scopes: ['keys:read'] })).token);
    expect([status, headers['www-authenticate']]).toEqual([403, challenge]);
  });

  verifies('GW-82', 'each service gets an assertion that it alone accepts, with the caller\'s roles and what they leave of the scopes', async () => {
    const wide = { scope: 'keys:write org:admin servers:write audit:read mcp:read', aud: resource };
    await api('GET', '/v1/pats', await world.jwt(wide));
    await api('GET', '/v1/servers', await world.jwt({ ...wide, sub: 'admin-1' }));
    const [toKeys, toIdentity] = world.upstream.received.map(({ headers }) => String(headers[identityHeader]));
    const caller = await verifier(world.upstream.origin).verify(toKeys);
    expect(caller).toMatchObject({ sub: 'user-1', org: 'acme', scope: 'mcp:read keys:read keys:write servers:read org:read audit:read', roles: { org: 'member', projects: { main: 'contributor' } } });
    const admin = await verifier(issuer).verify(toIdentity);
    expect(admin).toMatchObject({ sub: 'admin-1', roles: { org: 'admin', projects: {} } });
    expect(admin.scope.split(' ')).toEqual(expect.arrayContaining(['org:admin', 'org:read', 'servers:write', 'audit:read']));
    await expect(verifier(issuer).verify(toKeys)).rejects.toMatchObject({ code: 'token_malformed' });
  });

  verifies('G2', 'every member may know how old what the gateway knows is, and reads nothing of other organizations in it', async () => {
    const { status, json, headers } = await api('GET', '/v1/freshness', await world.jwt({ scope: 'org:read', aud: resource }));
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(json).toEqual({ identity: { ageMs: expect.any(Number) }, keys: { ageMs: expect.any(Number) }, boundMs: 5000 });
    expect(json.identity.ageMs).toBeLessThan(5000);
    expect((await api('GET', '/v1/freshness', null)).status).toBe(401);
    expect((await api('GET', '/v1/freshness', await world.jwt({ scope: 'keys:read', aud: resource }))).status).toBe(403);
    expect((await api('POST', '/v1/freshness', await world.jwt({ sub: 'admin-1', scope: 'org:admin', aud: resource }), { body: {} })).status).toBe(405);
    expect((await api('GET', '/v1/freshness/acme', await world.jwt({ scope: 'org:read', aud: resource }))).status).toBe(404);
    expect(world.upstream.received).toEqual([]);
  });

  verifies('I11', 'the longest life of a key goes with the caller from the next record of the organization on, and not to a server', async () => {
    const token = await world.jwt({ scope: 'keys:write', aud: resource });
    const told = async (): Promise<unknown> => {
      world.upstream.received.splice(0);
      await api('POST', '/v1/pats', token, { body: {} });
      return (await verifier(world.upstream.origin).verify(String(world.upstream.received[0]!.headers[identityHeader]))).key_max_lifetime;
    };
    expect(await told()).toBeUndefined();
    await world.publish({ kind: 'org', id: 'acme', disabled: false, epoch: null, policy: { keyMaxLifetimeSeconds: 604_800 } });
    await eventually(async () => expect(await told()).toBe(604_800));
    await world.publish({ kind: 'org', id: 'acme', disabled: false, epoch: null });
    await eventually(async () => expect(await told()).toBeUndefined());
  });

  verifies('GW-32', 'each verb takes its scope, and a missing one is named', async () => {
    const { token } = await world.pat({ scopes: ['keys:read'] });
    expect((await api('GET', '/v1/pats/Ab12Cd34', token)).status).toBe(200);
    const cases: [string, string, string][] = [
      ['POST', '/v1/pats', 'keys:write'], ['DELETE', '/v1/pats/Ab12Cd34', 'keys:write'], ['GET', '/v1/servers', 'servers:read'],
      ['GET', '/v1/orgs', 'org:read'], ['GET', '/v1/webhooks/endpoints', 'webhooks:read'], ['GET', '/v1/connections', 'connections:read'],
    ];
    for (const [method, path, scope] of cases) {
      const { status, json, headers } = await api(method, path, token);
      expect([method, path, status, json.code, json.error]).toEqual([method, path, 403, 'insufficient_scope', 'insufficient_scope']);
      expect(headers['www-authenticate']).toContain(`resource_metadata="${metadata}", scope="${scope}"`);
    }
  });

  verifies('GW-33', 'where the role forbids, no scope is asked for', async () => {
    const { token } = await world.pat({ scopes: ['keys:read', 'org:admin', 'servers:write', 'audit:read'] });
    for (const [method, path] of [['POST', '/v1/members'], ['POST', '/v1/servers'], ['PATCH', '/v1/policies']] as const) {
      const { status, json, headers } = await api(method, path, token, { body: {} });
      expect([path, status, json.code, headers['www-authenticate']]).toEqual([path, 403, 'insufficient_role', undefined]);
    }
    expect(world.upstream.received).toHaveLength(0);
  });

  verifies(['I10', 'GW-33'], 'an administrator of a project says who is what in it, and nothing beyond it', async () => {
    await world.publish({ kind: 'member', user: 'user-7', memberships: [{ org: 'acme', role: 'member', projects: { main: 'admin', lab: 'contributor' }, epoch: null }] });
    const { token } = await world.pat({ owner: 'user-7', scopes: ['org:admin'] });
    await eventually(async () => expect((await api('PUT', '/v1/projects/main/members/user-1', token, { body: { role: 'viewer' } })).status).toBe(200));
    expect((await api('DELETE', '/v1/projects/main/members/user-1', token)).status).toBe(200);
    expect((await api('GET', '/v1/projects/main/members', token)).status).toBe(200);
    const sent = world.upstream.received.splice(0).length;
    expect(sent).toBeGreaterThanOrEqual(3);
    for (const [method, path] of [
      ['PUT', '/v1/projects/lab/members/user-1'], ['DELETE', '/v1/projects/absent/members/user-1'], ['PATCH', '/v1/members/user-1'], ['PATCH', '/v1/projects/main'], ['DELETE', '/v1/projects/main'], ['POST', '/v1/projects'],
    ] as const) {
      const { status, json } = await api(method, path, token, method === 'DELETE' ? {} : { body: {} });
      expect([path, status, json.code]).toEqual([path, 403, 'insufficient_role']);
    }
    const reader = await world.pat({ owner: 'user-7', scopes: ['org:read'] });
    expect((await api('PUT', '/v1/projects/main/members/user-1', reader.token, { body: {} })).json.code).toBe('insufficient_scope');
    expect(world.upstream.received).toHaveLength(0);
  });

  verifies('I9', 'everybody may end sign-ins of their own with what takes back their keys, and not with what reads them', async () => {
    const { token } = await world.pat({ scopes: ['keys:write'] });
    for (const path of ['/v1/sessions', '/v1/sessions/abc']) expect((await api('DELETE', path, token)).status).toBe(200);
    const reader = await world.pat({ scopes: ['org:read', 'keys:read'] });
    expect((await api('GET', '/v1/sessions', reader.token)).status).toBe(200);
    for (const path of ['/v1/sessions', '/v1/sessions/abc']) expect((await api('DELETE', path, reader.token)).json.code).toBe('insufficient_scope');
  });

  verifies('GW-30', 'without a credential, or with a token for a server, it is 401 with the metadata of the API', async () => {
    const none = await api('GET', '/v1/pats', null);
    expect([none.status, none.json.code, none.headers['www-authenticate']]).toEqual([401, 'token_missing', `Bearer resource_metadata="${metadata}", scope="keys:read servers:read org:read"`]);
    expect((await api('GET', '/v1/pats', await world.jwt({ scope: 'keys:read' }))).json.code).toBe('token_wrong_audience');
  });

  verifies('K7', 'leak reports need no login and carry no identity', async () => {
    const { status } = await api('POST', '/v1/leaks', null, { body: { tokens: [] } });
    expect([status, world.upstream.received[0]?.headers[identityHeader]]).toEqual([201, undefined]);
  });

  verifies(['K9', 'WH-13'], 'a webhook goes to its verifier without login, byte for byte, with whatever headers its sender signed, and 401 comes back as it is', async () => {
    const problem = JSON.stringify({ type: 'about:blank', title: 't', status: 401, code: 'signature_invalid' });
    world.upstream.handle = ({ response }) => void response.writeHead(401, { 'content-type': 'application/problem+json' }).end(problem);
    const body = '{ "a":1,\n"a" : 2 }\ud83d\ude00';
    const headers = { 'x-acme-signature': 'v1=ab', 'webhook-id': 'm', 'content-type': 'text/x-odd', authorization: 'Bearer nobody', cookie: 'a=b', [identityHeader]: 'forged', 'x-forwarded-for': '10.0.0.1' };
    const answer = await send(`${world.url}/v1/hooks/abc`, { method: 'POST', headers, body });
    expect([answer.status, answer.text]).toEqual([401, problem]);
    const [received] = world.upstream.received;
    expect(received).toMatchObject({ url: '/v1/hooks/abc', method: 'POST', body, headers: { 'x-acme-signature': 'v1=ab', 'webhook-id': 'm', 'content-type': 'text/x-odd' } });
    for (const name of ['authorization', 'cookie', identityHeader, 'x-forwarded-for']) expect(received!.headers).not.toHaveProperty(name);
  });

  verifies(['K7', 'WH-15'], 'reports of leaks are counted by address and hour, apart from everything else; GitHub\'s signature goes on', async () => {
    const limits = await world.pat({ scopes: ['keys:read'] });
    const headers = { 'github-public-key-identifier': 'k1', 'github-public-key-signature': 'c2ln' };
    const alert = () => api('POST', '/v1/leaks/github', null, { body: [], headers });
    expect((await alert()).headers['ratelimit-limit']).toBe('1200');
    expect(world.upstream.received[0]!.headers).toMatchObject(headers);
    for (let remaining = 60; remaining > 0;) remaining = Number((await api('POST', '/v1/leaks', null, { body: { tokens: ['x'] } })).headers['ratelimit-remaining']);
    const refused = await api('POST', '/v1/leaks', null, { body: { tokens: ['x'] } });
    expect([refused.status, refused.json.code, Number(refused.headers['retry-after']) > 3000]).toEqual([429, 'rate_limited', true]);
    expect((await api('GET', '/v1/pats', limits.token)).status).toBe(200);
    expect((await alert()).status).not.toBe(429);
  });

  it('a refusal by the service passes as it is; its refusal of the gateway does not', async () => {
    const { token } = await world.pat({ scopes: ['keys:read'] });
    const problem = JSON.stringify({ type: 'about:blank', title: 't', status: 404, code: 'not_found' });
    world.upstream.handle = ({ response }) => void response.writeHead(404, { 'content-type': 'application/problem+json' }).end(problem);
    const passed = await api('GET', '/v1/pats/x', token);
    expect([passed.status, passed.text, passed.headers['content-type']]).toEqual([404, problem, 'application/problem+json']);
    world.upstream.handle = ({ response }) => void response.writeHead(401, { 'content-type': 'application/problem+json' }).end(problem);
    const failed = await api('GET', '/v1/pats/x', token);
    expect([failed.status, failed.json.code]).toEqual([502, 'upstream_unavailable']);
  });
});
