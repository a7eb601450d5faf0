import { verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { FormBrowser, type Page } from './support/browser.ts';
import { authorize, authorizeUrl, connect, loopback, pkce, post, redeem, refresh, registered, throughPages } from './support/client.ts';
import { demo, gateway, startTestIdentity, type TestIdentity } from './support/identity.ts';

describe('the authorization request', () => {
  let identity: TestIdentity;
  let clientId: string;
  beforeAll(async () => {
    identity = await startTestIdentity();
    clientId = (await registered(identity.issuer, { redirect_uris: [loopback, 'cursor://app/callback', 'https://app.example/cb'] })).client_id;
  }, 60_000);
  afterAll(() => identity.stop());

  /** Asks without signing in. */
  const ask = (params: Record<string, string | undefined>, id = clientId): Promise<Page> =>
    new FormBrowser(identity.issuer).open(authorizeUrl(identity.issuer, id, { code_challenge: pkce().challenge, ...params }));

  const scopeOf = async (params: Record<string, string | undefined>): Promise<{ scope: string | undefined; aud: unknown }> => {
    const { body } = await redeem(identity.issuer, clientId, await authorize(identity.issuer, clientId, { params }));
    return { scope: body.scope, aud: decodeJwt(body.access_token!).aud };
  };

  verifies('AS-30', 'refuses plain PKCE and none, at the redirect with iss', async () => {
    for (const params of [{ code_challenge_method: 'plain' }, { code_challenge: undefined, code_challenge_method: undefined }]) {
      const { left } = await ask(params);
      expect([left?.searchParams.get('error'), left?.searchParams.get('iss'), left?.searchParams.get('state')]).toEqual(['invalid_request', identity.issuer, 's1']);
    }
    const { left } = await ask({ response_type: 'token' });
    expect((left?.searchParams ?? new URLSearchParams(left?.hash.slice(1))).get('error') ?? left?.hash).toContain('unsupported_response_type');
  });

  verifies('AS-30', 'refuses a code with the wrong verifier', async () => {
    const authorized = await authorize(identity.issuer, clientId);
    const { status, body } = await redeem(identity.issuer, clientId, { ...authorized, verifier: pkce().verifier });
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  verifies('AS-31', 'lets a loopback port vary, but neither the host nor the path', async () => {
    const other = 'http://127.0.0.1:50000/callback';
    const authorized = await authorize(identity.issuer, clientId, { params: { redirect_uri: other } });
    expect(authorized.answer.host).toBe('127.0.0.1:50000');
    for (const redirect_uri of ['http://localhost:33418/callback', 'http://127.0.0.1:33418/callback/', 'http://[::1]:33418/callback', 'https://app.example:444/cb', 'https://app.example/cb?x=1', 'cursor://app/other']) {
      const page = await ask({ redirect_uri });
      expect([page.status, page.left]).toEqual([400, undefined]);
    }
  });

  verifies('AS-93', 'answers a foreign redirect with a page of its own that names both addresses', async () => {
    const page = await ask({ redirect_uri: 'https://evil.example/<script>' });
    expect(page.left).toBeUndefined();
    expect(page.text).toContain('evil.example');
    expect(page.text).toContain(loopback);
    expect(page.text).not.toContain('<script>');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('content-security-policy')).not.toContain('form-action');
  });

  verifies('AS-32', 'goes back to a private-use scheme', async () => {
    const { answer } = await authorize(identity.issuer, clientId, { params: { redirect_uri: 'cursor://app/callback' } });
    expect(answer.href).toMatch(/^cursor:\/\/app\/callback\?code=/);
  });

  verifies('AS-24', 'tells the user of an unknown client how to reconnect', async () => {
    const page = await ask({}, 'dyn-unknown');
    expect([page.status, page.left]).toEqual([400, undefined]);
    expect(page.text).toContain('add it again');
  });

  it.each([
    ['no scope', { scope: undefined }, 'mcp:read mcp:execute'],
    ['an empty scope', { scope: '' }, 'mcp:read mcp:execute'],
    ['only unknown scopes', { scope: 'mcp:tools' }, 'mcp:read mcp:execute'],
    ['some unknown scopes', { scope: 'mcp:read mcp:tools keys:write' }, 'mcp:read'],
    ['only offline_access', { scope: 'offline_access', prompt: 'consent' }, 'mcp:read mcp:execute'],
    ['OpenID scopes beside', { scope: 'openid email mcp:read' }, 'mcp:read'],
  ])('[AS-33] reads %s as the resource means it', async (_what, params, scope) => {
    expect(await scopeOf(params)).toEqual({ scope, aud: demo });
  });

  it.each([
    ['with a slash at the end', `${demo}/`],
    ['in capitals', demo.replace('http://gate.test', 'HTTP://GATE.TEST')],
    ['with the default port', demo.replace('gate.test', 'gate.test:80')],
  ])('[AS-40] takes a resource %s for the same one, on both legs', async (_what, resource) => {
    const authorized = await authorize(identity.issuer, clientId, { params: { resource } });
    const { body } = await redeem(identity.issuer, clientId, authorized, { resource });
    expect(decodeJwt(body.access_token!).aud).toBe(demo);
    const again = await refresh(identity.issuer, clientId, body.refresh_token!, { resource });
    expect(decodeJwt(again.body.access_token!).aud).toBe(demo);
  });

  it.each([[`${gateway}/mcp/unknown`], ['https://other.example/mcp'], [`${demo}#x`], ['nonsense'], [`${demo}?x=1`]])('[AS-41] refuses the resource %s with invalid_target', async (resource) => {
    const { left } = await ask({ resource });
    expect([left?.searchParams.get('error'), left?.searchParams.get('iss')]).toEqual(['invalid_target', identity.issuer]);
  });

  verifies('AS-42', 'refuses two resources, and another one at the token endpoint', async () => {
    const url = `${authorizeUrl(identity.issuer, clientId, { code_challenge: pkce().challenge })}&resource=${encodeURIComponent(`${gateway}/v1`)}`;
    const browser = new FormBrowser(identity.issuer);
    const page = await throughPages(browser, await browser.open(url)).catch(() => undefined);
    expect(page?.left?.searchParams.has('code') ?? false).toBe(false);
    const authorized = await authorize(identity.issuer, clientId);
    const { status, body } = await redeem(identity.issuer, clientId, authorized, { resource: `${gateway}/v1` });
    expect([status, body.error]).toEqual([400, 'invalid_target']);
  });

  verifies('AS-42', 'fills in a missing resource, on either leg', async () => {
    expect((await scopeOf({ resource: undefined, scope: undefined })).aud).toBe(`${gateway}/mcp`);
    expect((await scopeOf({})).aud).toBe(demo);
  });

  verifies('AS-34', 'honours prompt=consent again and again', async () => {
    const browser = new FormBrowser(identity.issuer);
    for (let round = 0; round < 3; round += 1) {
      const authorized = await authorize(identity.issuer, clientId, { browser, params: { prompt: 'consent', scope: 'mcp:read offline_access' } });
      expect((await redeem(identity.issuer, clientId, authorized)).status).toBe(200);
    }
  });

  verifies('AS-14', 'makes an authorization of its own every time: ending one ends one install only', async () => {
    const browser = new FormBrowser(identity.issuer);
    const answers = [];
    for (let install = 0; install < 2; install += 1) answers.push((await redeem(identity.issuer, clientId, await authorize(identity.issuer, clientId, { browser }))).body);
    const [one, two] = answers;
    expect(decodeJwt(one!.access_token!).gid).not.toBe(decodeJwt(two!.access_token!).gid);
    expect((await post(identity.issuer, '/oauth/revoke', { client_id: clientId, token: one!.refresh_token! })).status).toBe(200);
    expect((await refresh(identity.issuer, clientId, one!.refresh_token!)).body.error).toBe('invalid_grant');
    expect((await refresh(identity.issuer, clientId, two!.refresh_token!)).status).toBe(200);
  });

  it('[AS-93] sends a refusal back to the client', async () => {
    const browser = new FormBrowser(identity.issuer);
    const page = await throughPages(browser, await browser.open(authorizeUrl(identity.issuer, clientId, { code_challenge: pkce().challenge })), 'deny');
    expect([page.left?.searchParams.get('error'), page.left?.searchParams.get('iss')]).toEqual(['access_denied', identity.issuer]);
  });

  verifies('I13', 'takes a pushed request, once', async () => {
    const { verifier, challenge } = pkce();
    const pushed = await post(identity.issuer, '/oauth/par', { client_id: clientId, response_type: 'code', redirect_uri: loopback, code_challenge: challenge, code_challenge_method: 'S256', resource: `${demo}/`, state: 'p1' });
    expect([pushed.status, pushed.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const { request_uri: requestUri } = pushed.body as unknown as { request_uri: string };
    const browser = new FormBrowser(identity.issuer);
    const url = `${identity.issuer}/oauth/authorize?client_id=${clientId}&request_uri=${encodeURIComponent(requestUri)}`;
    const page = await throughPages(browser, await browser.open(url));
    expect(page.left?.searchParams.get('state')).toBe('p1');
    const { body } = await redeem(identity.issuer, clientId, { code: page.left!.searchParams.get('code')!, verifier, redirectUri: loopback, answer: page.left! });
    expect([decodeJwt(body.access_token!).aud, body.scope]).toEqual([demo, 'mcp:read mcp:execute']);
    const again = await browser.open(url);
    expect([again.status, again.left]).toEqual([400, undefined]);
  });

  verifies('I12', 'signs in by OpenID Connect: RS256 ID token and user info, without a resource', async () => {
    const authorized = await authorize(identity.issuer, clientId, { params: { resource: undefined, scope: 'openid email profile', nonce: 'n1' } });
    const { body } = await redeem(identity.issuer, clientId, authorized);
    expect(decodeJwt(body.id_token!)).toMatchObject({ iss: identity.issuer, aud: clientId, nonce: 'n1' });
    const info = await fetch(`${identity.issuer}/oauth/userinfo`, { headers: { authorization: `Bearer ${body.access_token!}` } });
    expect([info.status, await info.json()]).toEqual([200, { sub: decodeJwt(body.id_token!).sub, email: 'admin@example.com', email_verified: true, name: 'Administrator' }]);
  });

  verifies('AS-40', 'drops offline_access from a refresh, and lets it name fewer scopes but not more', async () => {
    const { clientId: id, tokens } = await connect(identity.issuer, { scope: 'mcp:read' });
    const same = await refresh(identity.issuer, id, tokens.refresh_token, { scope: 'mcp:read offline_access' });
    expect([same.status, same.body.scope]).toEqual([200, 'mcp:read']);
    const more = await refresh(identity.issuer, id, same.body.refresh_token!, { scope: 'mcp:read mcp:execute' });
    expect([more.status, more.body.error]).toEqual([400, 'invalid_scope']);
    expect((await refresh(identity.issuer, id, same.body.refresh_token!)).status).toBe(200);
  });

  it.each([
    ['no body', undefined, undefined, 400],
    ['JSON', 'application/json', '{"grant_type":"authorization_code"}', 400],
    ['a huge form', 'application/x-www-form-urlencoded', `grant_type=x&a=${'x'.repeat(100_000)}`, 413],
    ['two codes', 'application/x-www-form-urlencoded', 'grant_type=authorization_code&code=a&code=b&client_id=CLIENT', 400],
    ['two grant types', 'application/x-www-form-urlencoded', 'grant_type=authorization_code&grant_type=refresh_token&client_id=CLIENT', 400],
    ['an unknown grant', 'application/x-www-form-urlencoded', 'grant_type=password&client_id=CLIENT&username=a&password=b', 400],
    ['client credentials', 'application/x-www-form-urlencoded', 'grant_type=client_credentials&client_id=CLIENT', 400],
    ['no client', 'application/x-www-form-urlencoded', 'grant_type=authorization_code&code=a', 400],
    ['a foreign client', 'application/x-www-form-urlencoded', 'grant_type=authorization_code&code=a&client_id=nobody', 401],
  ])('answers %s at the token endpoint with a clear 4xx in JSON', async (_what, type, body, status) => {
    const response = await fetch(`${identity.issuer}/oauth/token`, { method: 'POST', headers: type === undefined ? {} : { 'content-type': type }, body: body?.replace('CLIENT', clientId) });
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(Object.keys((await response.json()) as object).sort()).toEqual(['error', 'error_description']);
  });

  verifies('AS-03', 'lets a browser client use the token endpoint from the origin of its redirect, and no other', async () => {
    const { client_id: id } = await registered(identity.issuer, { redirect_uris: ['https://app.example/cb'] });
    const from = (origin: string) => post(identity.issuer, '/oauth/token', { grant_type: 'refresh_token', client_id: id, refresh_token: 'x' }, { origin });
    expect((await from('https://app.example')).headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect((await from('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});
