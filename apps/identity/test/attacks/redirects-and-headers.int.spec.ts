import { request as rawRequest } from 'node:http';
import { verifies } from '@latchkey/testing';
import { FormBrowser, type Page } from '../support/browser.ts';
import { authorize, authorizeUrl, loopback, pkce, register, registered } from '../support/client.ts';
import { startTestIdentity, type TestIdentity } from '../support/identity.ts';

describe('attacks by redirect and header', () => {
  let identity: TestIdentity;
  let issuer: string;
  let clientId: string;
  const web = 'https://app.example/cb';
  beforeAll(async () => {
    identity = await startTestIdentity();
    issuer = identity.issuer;
    clientId = (await registered(issuer, { redirect_uris: [loopback, web] })).client_id;
  }, 60_000);
  afterAll(() => identity.stop());

  const ask = (redirectUri: string, more: Record<string, string> = {}): Promise<Page> =>
    new FormBrowser(issuer).open(authorizeUrl(issuer, clientId, { code_challenge: pkce().challenge, redirect_uri: redirectUri, ...more }));

  const tricks: [string, string][] = [
    ['a path below', `${web}/../../evil`],
    ['an encoded path', `${web}%2f..%2fevil`],
    ['a query', `${web}?next=https://evil.example`],
    ['a fragment', `${web}#@evil.example`],
    ['another host after the user name', 'https://app.example@evil.example/cb'],
    ['a host that begins alike', 'https://app.example.evil.example/cb'],
    ['a dot behind the host', 'https://app.example./cb'],
    ['another port', 'https://app.example:444/cb'],
    ['http for https', 'http://app.example/cb'],
    ['capital letters', 'https://APP.example/CB'],
    ['a backslash', 'https://app.example\\@evil.example/cb'],
    ['a line end', 'https://app.example/cb\r\nset-cookie: a=b'],
    ['a loopback name that is none', 'http://127.0.0.1.evil.example:33418/callback'],
    ['a loopback address in another form', 'http://2130706433:33418/callback'],
    ['a loopback address by another name', 'http://localhost:33418/callback'],
    ['a loopback address over https', 'https://127.0.0.1:33418/callback'],
    ['loopback with a user name', 'http://127.0.0.1:33418@evil.example/callback'],
    ['a script', 'javascript:alert(1)//http://127.0.0.1/callback'],
    ['data', 'data:text/html,<script>alert(1)</script>'],
    ['no scheme', '//evil.example/cb'],
    ['nothing', ''],
  ];

  it.each(tricks)('[AS-31] %s instead of the registered address ends at a page of ours', async (_what, redirectUri) => {
    const page = await ask(redirectUri);
    expect([page.status, page.left]).toEqual([400, undefined]);
    expect(page.headers.get('location')).toBeNull();
    expect(page.text).not.toMatch(/<script/i);
  });

  it('[AS-31] two redirect addresses are none', async () => {
    const url = `${authorizeUrl(issuer, clientId, { code_challenge: pkce().challenge, redirect_uri: web })}&redirect_uri=${encodeURIComponent('https://evil.example/')}`;
    const page = await new FormBrowser(issuer).open(url);
    expect([page.status, page.left]).toEqual([400, undefined]);
  });

  it('[AS-32] nothing that runs, reads or hides is registered as an address to go back to', async () => {
    for (const uri of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'vbscript:x', 'blob:https://a/b', 'about:blank', 'http://evil.example/cb', 'https://u:p@app.example/cb', 'https://app.example/cb#f', ' ', '']) {
      const response = await register(issuer, { client_name: 'x', redirect_uris: [uri], token_endpoint_auth_method: 'none' });
      expect([uri, response.status, ((await response.json()) as { error: string }).error]).toEqual([uri, 400, 'invalid_redirect_uri']);
    }
  });

  describe('open redirects (RFC 9700 section 4.11)', () => {
    it('no address on this host sends a browser to where its query says', async () => {
      const evil = 'https://evil.example/';
      const names = ['next', 'return_to', 'returnTo', 'redirect', 'redirect_uri', 'url', 'continue', 'post_logout_redirect_uri', 'target_link_uri', 'iss', 'login_hint'];
      const query = names.map((name) => `${name}=${encodeURIComponent(evil)}`).join('&');
      for (const path of ['/', '/console', '/console/sign-in', '/oauth/end-session', '/oauth/end-session/success', '/oauth/device', '/device', '/interaction/none', `//evil.example/%2e%2e`, '/\\evil.example', '/v1/auth/oauth/google/start']) {
        const response = await fetch(`${issuer}${path}${path.includes('?') ? '&' : '?'}${query}`, { redirect: 'manual' });
        const location = response.headers.get('location');
        expect([path, location === null ? null : new URL(location, issuer).origin]).toEqual([path, location === null ? null : issuer]);
        await response.body?.cancel();
      }
    });

    it('signing out goes only to an address that the client has registered for it', async () => {
      const client = await registered(issuer, { redirect_uris: [web], post_logout_redirect_uris: ['https://app.example/bye'] });
      const out = (target: string) => new FormBrowser(issuer).open(`${issuer}/oauth/end-session?client_id=${client.client_id}&post_logout_redirect_uri=${encodeURIComponent(target)}`);
      for (const target of ['https://evil.example/', 'https://app.example/bye?x', 'https://app.example/bye/', 'javascript:alert(1)']) {
        const page = await out(target);
        expect([target, page.left, page.status]).toEqual([target, undefined, 400]);
      }
    });
  });

  describe('header injection', () => {
    it('a state with line ends comes back as it was, encoded, and adds no header', async () => {
      const state = 'x\r\nset-cookie: pwned=1\r\n\r\n<script>';
      const { answer } = await authorize(issuer, clientId, { params: { redirect_uri: web, state } });
      expect(answer.searchParams.get('state')).toBe(state);
      expect(answer.href).toContain('%0D%0A');
    });

    it('a hostile request id is not repeated, a harmless one is', async () => {
      const send = (id: string): Promise<string | undefined> =>
        new Promise((resolve, reject) => {
          rawRequest(`${issuer}/.well-known/openid-configuration`, { headers: { 'x-request-id': id } }, (response) => {
            response.resume();
            resolve(response.headers['x-request-id'] as string | undefined);
          }).on('error', reject).end();
        });
      for (const id of ['a b', 'a;b', '<script>', 'é', 'a'.repeat(200)]) expect(await send(id)).not.toBe(id);
      expect(await send('harmless-1')).toBe('harmless-1');
    });

    it('names that a client gives itself are text wherever they show, and never lines', async () => {
      const name = `<img src=x onerror=alert(1)>\u202e"'\``;
      const client = await registered(issuer, { client_name: name, redirect_uris: [web] });
      const browser = new FormBrowser(issuer);
      const signIn = await browser.open(authorizeUrl(issuer, client.client_id, { code_challenge: pkce().challenge, redirect_uri: web }));
      const consent = await browser.submit(signIn, /\/login$/, { email: 'admin@example.com', password: 'correct horse battery' });
      for (const page of [signIn, consent]) {
        expect(page.text).not.toContain('<img');
        expect(page.text).not.toContain('\u202e');
      }
      expect(consent.text).toContain('&lt;img');
    });

    verifies('AS-01', 'no forwarding header changes where a form, a redirect or a cookie points', async () => {
      const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/evil', forwarded: 'host=evil.example;proto=https', 'x-original-url': '/evil', 'x-rewrite-url': '/evil' };
      const response = await fetch(authorizeUrl(issuer, clientId, { code_challenge: pkce().challenge, redirect_uri: web }), { headers, redirect: 'manual' });
      const location = new URL(response.headers.get('location')!, issuer);
      expect(location.origin).toBe(issuer);
      for (const line of response.headers.getSetCookie()) expect(line).not.toContain('evil');
    });
  });
});
