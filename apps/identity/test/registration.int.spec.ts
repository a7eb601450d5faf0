import { verifies } from '@latchkey/testing';
import { readIdentityEnv } from '../src/env.ts';
import { register, registered, type Registered } from './support/client.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

const cursor = ['cursor://anysphere.cursor-mcp/oauth/callback', 'https://www.cursor.com/agents/mcp/oauth/callback', 'http://localhost:8787/callback'];

const json = async <T = Record<string, unknown>>(response: Response): Promise<T> => (await response.json()) as T;

describe('dynamic registration', () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity();
  }, 60_000);
  afterAll(() => identity.stop());

  const manage = (client: Registered, method: string, body?: unknown, token = client.registration_access_token): Promise<Response> =>
    fetch(client.registration_client_uri, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  /** What the clients of PROTOCOL section 3 send. */
  it.each([
    ['Claude Code 2.1.197', { redirect_uris: ['http://localhost:54545/callback'], token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }, 'native'],
    ['Claude.ai', { redirect_uris: ['https://claude.ai/api/mcp/auth_callback'], token_endpoint_auth_method: 'client_secret_post', scope: 'mcp:read' }, 'web'],
    ['Cursor', { redirect_uris: cursor, application_type: 'web', token_endpoint_auth_method: 'none' }, 'native'],
    ['VS Code', { redirect_uris: ['http://127.0.0.1/', 'http://127.0.0.1:33418/', 'https://vscode.dev/redirect'], token_endpoint_auth_method: 'none', application_type: 'native' }, 'native'],
    ['Codex', { redirect_uris: ['http://127.0.0.1:5555/callback/abc'], token_endpoint_auth_method: 'none', application_type: 'native' }, 'native'],
    ['OpenCode', { redirect_uris: ['http://127.0.0.1:19876/mcp/oauth/callback'], token_endpoint_auth_method: 'none', client_uri: 'https://opencode.ai' }, 'native'],
    ['Gemini CLI', { redirect_uris: ['http://localhost:41234/oauth/callback'], token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'] }, 'native'],
  ])('[AS-20] takes %s as it comes', async (name, body, type) => {
    const response = await register(identity.issuer, { client_name: name, ...body });
    const client = await json(response);
    expect([response.status, client.error_description]).toEqual([201, undefined]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(client).toMatchObject({
      client_name: name,
      application_type: type,
      redirect_uris: body.redirect_uris,
      token_endpoint_auth_method: body.token_endpoint_auth_method,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    });
    expect(client.scope).toBe('scope' in body ? body.scope : undefined);
    expect(typeof client.client_secret).toBe(body.token_endpoint_auth_method === 'none' ? 'undefined' : 'string');
  });

  verifies(['AS-22', 'I2'], 'gives ids that begin with dyn-, and the means to manage the registration', async () => {
    const client = await registered(identity.issuer);
    expect(client.client_id).toMatch(/^dyn-[A-Za-z0-9_-]{22}$/);
    expect(client.registration_client_uri).toBe(`${identity.issuer}/oauth/clients/register/${client.client_id}`);
    const read = await manage(client, 'GET');
    expect([read.status, (await json(read)).client_id]).toEqual([200, client.client_id]);
  });

  verifies('AS-22', 'never shows a secret again, on reading or on updating, and rotates the registration token', async () => {
    const client = await registered(identity.issuer, { token_endpoint_auth_method: 'client_secret_post' });
    expect(await json(await manage(client, 'GET'))).not.toHaveProperty('client_secret');
    const body = { client_id: client.client_id, client_secret: client.client_secret, redirect_uris: client.redirect_uris, client_name: 'Renamed', token_endpoint_auth_method: 'client_secret_post' };
    const updated = await manage(client, 'PUT', body);
    const answer = await json<Registered>(updated);
    expect([updated.status, answer.client_name]).toEqual([200, 'Renamed']);
    expect(answer).not.toHaveProperty('client_secret');
    expect(answer.registration_access_token).not.toBe(client.registration_access_token);
    expect((await manage(client, 'GET')).status).toBe(401);
    const wrong = await manage(answer, 'PUT', { ...body, client_secret: 'guess' });
    expect([wrong.status, (await json(wrong)).error]).toEqual([400, 'invalid_request']);
  });

  const privileged = ['client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'urn:ietf:params:oauth:grant-type:token-exchange', 'urn:ietf:params:oauth:grant-type:device_code', 'urn:openid:params:grant-type:ciba'];

  verifies('AS-21', 'strips privileged grants from a registration and from an update', async () => {
    const client = await registered(identity.issuer, { grant_types: [...privileged, 'authorization_code', 'refresh_token'] });
    expect(client.grant_types).toEqual(['authorization_code', 'refresh_token']);
    const updated = await manage(client, 'PUT', { client_id: client.client_id, redirect_uris: client.redirect_uris, token_endpoint_auth_method: 'none', grant_types: [...privileged, 'authorization_code'] });
    expect([updated.status, (await json(updated)).grant_types]).toEqual([200, ['authorization_code']]);
  });

  verifies('AS-21', 'has no other spelling of its path by which a request gets past the rules', async () => {
    const body = JSON.stringify({ redirect_uris: ['http://app.example/callback'], token_endpoint_auth_method: 'none', application_type: 'web', response_types: ['code'] });
    for (const path of ['/oauth/Clients/Register', '/oauth/clients/register/', '/OAUTH/clients/register', '/oauth/clients/%72egister', '/oauth//clients/register']) {
      const response = await fetch(identity.issuer + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      expect([path, response.status]).toEqual([path, 404]);
    }
  });

  verifies('AS-20', 'drops what it does not know, and echoes the scopes that it does', async () => {
    const client = await registered(identity.issuer, { scope: 'mcp:read nonsense offline_access', dpop_bound_access_tokens: true, id_token_signed_response_alg: 'HS256', privileged: true, client_id: 'chosen', client_secret: 'chosen' });
    expect(client.scope).toBe('mcp:read offline_access');
    expect(client).not.toHaveProperty('registered_scope');
    expect(client.client_id).not.toBe('chosen');
    expect(client).not.toHaveProperty('client_secret');
    expect(client.id_token_signed_response_alg).toBe('RS256');
    expect(await json(await manage(client, 'GET'))).toMatchObject({ scope: 'mcp:read offline_access' });
  });

  it.each([
    ['javascript:alert(1)'], ['data:text/html,x'], ['file:///etc/passwd'], ['vbscript:x'], ['blob:https://a/b'], ['about:blank'],
    ['http://app.example/callback'], ['https://app.example/cb#frag'], ['https://user:pw@app.example/cb'], ['not a uri'], [`https://app.example/${'x'.repeat(2048)}`],
  ])('[AS-32] refuses the redirect URI %s', async (uri) => {
    const response = await register(identity.issuer, { redirect_uris: [uri], token_endpoint_auth_method: 'none' });
    expect([response.status, (await json(response)).error]).toEqual([400, 'invalid_redirect_uri']);
  });

  it.each([
    ['no redirect', {}, 'invalid_redirect_uri'],
    ['eleven redirects', { redirect_uris: Array.from({ length: 11 }, (_, i) => `https://a.example/${i}`) }, 'invalid_redirect_uri'],
    ['a long name', { redirect_uris: ['https://a.example/'], client_name: 'x'.repeat(201) }, 'invalid_client_metadata'],
    ['client_secret_jwt', { redirect_uris: ['https://a.example/'], token_endpoint_auth_method: 'client_secret_jwt' }, 'invalid_client_metadata'],
    ['a key set over http', { redirect_uris: ['https://a.example/'], token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://a.example/jwks' }, 'invalid_client_metadata'],
    ['a private key', { redirect_uris: ['https://a.example/'], token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' }] } }, 'invalid_client_metadata'],
  ])('[AS-20] refuses %s', async (_what, body, error) => {
    const response = await register(identity.issuer, body);
    expect([response.status, (await json(response)).error]).toEqual([400, error]);
  });

  it.each([['[]'], ['null'], ['{"redirect_uris":'], ['"text"']])('answers %s with a clear 400', async (body) => {
    const response = await fetch(`${identity.issuer}/oauth/clients/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect([response.status, (await json(response)).error]).toEqual([400, 'invalid_request']);
  });

  it('answers a huge body with 413', async () => {
    const response = await register(identity.issuer, { redirect_uris: ['https://a.example/'], client_name: 'x'.repeat(100_000) });
    expect(response.status).toBe(413);
  });

  verifies('AS-57', 'keeps no secret and no registration token in the database', async () => {
    const client = await registered(identity.issuer, { token_endpoint_auth_method: 'client_secret_basic' });
    const rows = await identity.dataSource.query<{ all: string }[]>(
      `SELECT (SELECT string_agg(c::text, E'\n') FROM clients c) || (SELECT string_agg(a::text, E'\n') FROM artifacts a) AS all`,
    );
    expect(rows[0]!.all).toContain(client.client_id);
    expect(rows[0]!.all).not.toContain(client.client_secret);
    expect(rows[0]!.all).not.toContain(client.registration_access_token);
  });

  verifies('AS-24', 'knows a deleted client no more: 401 invalid_client for it, and a record for the gateways', async () => {
    const client = await registered(identity.issuer);
    expect((await manage(client, 'DELETE')).status).toBe(204);
    const token = await fetch(`${identity.issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', client_id: client.client_id, refresh_token: 'x' }) });
    expect([token.status, (await json(token)).error]).toEqual([401, 'invalid_client']);
    const page = await fetch(`${identity.issuer}/oauth/authorize?response_type=code&client_id=${client.client_id}&redirect_uri=${encodeURIComponent(String((client.redirect_uris as string[])[0]))}`, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([400, null]);
    expect(await page.text()).toContain('add it again');
    const [row] = await identity.dataSource.query<{ record: unknown }[]>("SELECT record FROM outbox WHERE record->>'kind' = 'client' AND record->>'id' = $1", [client.client_id]);
    expect(row!.record).toMatchObject({ kind: 'client', disabled: true });
  });
});

describe('dynamic registration by policy', () => {
  verifies('AS-23', 'is limited per address, with a time to come back', async () => {
    const identity = await startTestIdentity({ variables: { LATCHKEY_REGISTRATION_LIMIT_PER_HOUR: '2', LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' } });
    try {
      const body = { redirect_uris: ['https://a.example/'], token_endpoint_auth_method: 'none' };
      const statuses = [];
      for (let i = 0; i < 3; i += 1) statuses.push((await register(identity.issuer, body)).status);
      expect(statuses).toEqual([201, 201, 429]);
      const refused = await register(identity.issuer, body);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await register(identity.issuer, body, { 'x-forwarded-for': '203.0.113.9' })).status).toBe(201);
    } finally {
      await identity.stop();
    }
  }, 60_000);

  verifies('AS-02', 'switched off, it is neither advertised nor there', async () => {
    const identity = await startTestIdentity({ variables: { LATCHKEY_DCR: 'off' } });
    try {
      const document = await json(await fetch(`${identity.issuer}/.well-known/oauth-authorization-server`));
      expect(document).not.toHaveProperty('registration_endpoint');
      expect((await register(identity.issuer, { redirect_uris: ['https://a.example/'] })).status).toBe(404);
    } finally {
      await identity.stop();
    }
  }, 60_000);

  const initial = 'an-initial-access-token-of-32-chars';

  it('with an initial access token only, refuses everybody without one', async () => {
    const identity = await startTestIdentity({ variables: { LATCHKEY_DCR: 'token', LATCHKEY_DCR_TOKEN: initial } });
    try {
      const body = { redirect_uris: ['https://a.example/'], token_endpoint_auth_method: 'none' };
      expect((await register(identity.issuer, body)).status).toBe(401);
      expect((await register(identity.issuer, body, { authorization: 'Bearer guess' })).status).toBe(401);
      expect((await register(identity.issuer, body, { authorization: `Bearer ${initial}` })).status).toBe(201);
      expect(() => readIdentityEnv({ ...identity.variables, LATCHKEY_DCR_TOKEN: '' })).toThrow(/LATCHKEY_DCR_TOKEN/);
    } finally {
      await identity.stop();
    }
  }, 60_000);
});
