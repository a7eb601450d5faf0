import { verifies } from '@latchkey/testing';
import { FormBrowser } from '../support/browser.ts';
import { authorizeUrl, connect, loopback, pkce, registered } from '../support/client.ts';
import { admin, startTestIdentity, type TestIdentity } from '../support/identity.ts';

describe('attacks on somebody\'s browser', () => {
  let identity: TestIdentity;
  let issuer: string;
  let clientId: string;
  beforeAll(async () => {
    identity = await startTestIdentity();
    issuer = identity.issuer;
    clientId = (await registered(issuer)).client_id;
  }, 60_000);
  afterAll(() => identity.stop());

  const start = (more: Record<string, string> = {}): string => authorizeUrl(issuer, clientId, { code_challenge: pkce().challenge, ...more });
  const credentials = { email: admin.email, password: admin.password };
  const csrfOf = (text: string): string => /name="_csrf" value="([^"]+)"/.exec(text)![1]!;

  /** A browser whose cookies can be looked at and planted. */
  class OpenBrowser extends FormBrowser {
    get jar(): Map<string, { value: string; path: string }> {
      return (this as unknown as { cookies: Map<string, { value: string; path: string }> }).cookies;
    }
  }

  describe('forged forms (CSRF)', () => {
    verifies('AS-91', 'consent is given by nothing but the page\'s own form in the browser that it was shown in', async () => {
      const browser = new OpenBrowser(issuer);
      const consent = await browser.submit(await browser.open(start()), /\/login$/, credentials);
      const action = `${consent.url}/consent`;
      const foreign = new OpenBrowser(issuer);
      const theirs = await foreign.submit(await foreign.open(start()), /\/login$/, credentials);
      const origin = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
      for (const [body, headers] of [
        [{ decision: 'allow', org: 'acme' }, {}],
        [{ decision: 'allow', org: 'acme' }, origin],
        [{ decision: 'allow', org: 'acme', _csrf: csrfOf(theirs.text) }, origin],
        [{ decision: 'allow', org: 'acme', _csrf: '' }, {}],
      ] as [Record<string, string>, Record<string, string>][]) {
        const answer = await browser.open(action, { method: 'POST', body: new URLSearchParams(body), headers });
        expect([answer.status, answer.left]).toEqual([403, undefined]);
      }
      // As JSON or plain text, which a form of another site could send without a preflight, it is no form of ours.
      for (const type of ['application/json', 'text/plain']) {
        const answer = await browser.open(action, { method: 'POST', body: JSON.stringify({ decision: 'allow', org: 'acme' }), headers: { 'content-type': type } });
        expect([answer.status >= 400, answer.left]).toEqual([true, undefined]);
      }
      // By GET nothing is decided.
      const byGet = await browser.open(`${action}?decision=allow&org=acme&_csrf=${csrfOf(consent.text)}`);
      expect([byGet.status >= 400, byGet.left]).toEqual([true, undefined]);
      expect((await browser.submit(consent, /\/consent$/, { decision: 'allow' })).left?.searchParams.has('code')).toBe(true);
    });

    it('nobody is signed in to another account by a form of another site', async () => {
      const browser = new OpenBrowser(issuer);
      const page = await browser.open(start());
      const answer = await browser.open(`${page.url}/login`, { method: 'POST', body: new URLSearchParams(credentials), headers: { origin: 'https://evil.example' } });
      expect([answer.status, answer.left]).toEqual([403, undefined]);
    });

    it('an interaction of one browser is of no use in another', async () => {
      const browser = new OpenBrowser(issuer);
      const page = await browser.open(start());
      const elsewhere = await new OpenBrowser(issuer).open(page.url);
      expect(elsewhere.status).toBe(400);
      expect(elsewhere.text).not.toContain('<form');
    });
  });

  describe('clickjacking', () => {
    verifies('AS-91', 'no page can be framed, and no page may run a script that stands in it', async () => {
      const browser = new OpenBrowser(issuer);
      const signIn = await browser.open(start());
      const consent = await browser.submit(signIn, /\/login$/, credentials);
      const pages = [
        signIn,
        consent,
        await browser.open(`${issuer}/console/sign-in`),
        await browser.open(`${issuer}/console`),
        await browser.open(`${issuer}/oauth/end-session`),
        await browser.open(`${issuer}/interaction/none`),
        await new OpenBrowser(issuer).open(start({ redirect_uri: 'https://evil.example/' })),
        await new OpenBrowser(issuer).open(start({ response_mode: 'form_post', prompt: 'none' })),
      ];
      for (const page of pages.filter(({ headers }) => headers.get('content-type')?.startsWith('text/html'))) {
        const policy = page.headers.get('content-security-policy') ?? '';
        expect([page.url, policy, page.headers.get('x-frame-options')]).toEqual([page.url, expect.stringContaining("frame-ancestors 'none'"), 'DENY']);
        expect([page.url, policy]).toEqual([page.url, expect.not.stringContaining('unsafe-inline')]);
        expect([page.url, page.headers.get('cache-control')]).toEqual([page.url, expect.stringContaining('no-store')]);
      }
      expect(pages.filter(({ headers }) => headers.get('content-type')?.startsWith('text/html')).length).toBeGreaterThan(5);
    });
  });

  describe('session fixation', () => {
    it('whoever signs in gets a session of another name than the one the browser came with', async () => {
      const browser = new OpenBrowser(issuer);
      const page = await browser.open(start());
      const before = new Map([...browser.jar].map(([name, { value }]) => [name, value]));
      const consent = await browser.submit(page, /\/login$/, credentials);
      expect((await browser.submit(consent, /\/consent$/, { decision: 'allow' })).left?.searchParams.has('code')).toBe(true);
      const session = [...browser.jar].filter(([name]) => /session/i.test(name) && !/\.sig$/.test(name));
      expect(session.length).toBeGreaterThan(0);
      for (const [name, { value }] of session) expect(value).not.toBe(before.get(name));
    });

    it('a session that an attacker planted is not the one that is signed in', async () => {
      const attacker = new OpenBrowser(issuer);
      await attacker.open(start());
      const victim = new OpenBrowser(issuer);
      for (const [name, cookie] of attacker.jar) if (/session/i.test(name)) victim.jar.set(name, { ...cookie });
      const consent = await victim.submit(await victim.open(start()), /\/login$/, credentials);
      await victim.submit(consent, /\/consent$/, { decision: 'allow' });
      const silent = await attacker.open(start({ prompt: 'none' }));
      expect(silent.left?.searchParams.get('error')).toBe('login_required');
    });

    it('a cookie that was changed is worth nothing', async () => {
      const browser = new OpenBrowser(issuer);
      const consent = await browser.submit(await browser.open(start()), /\/login$/, credentials);
      await browser.submit(consent, /\/consent$/, { decision: 'allow' });
      for (const [name, cookie] of browser.jar) if (/session/i.test(name)) browser.jar.set(name, { ...cookie, value: `x${cookie.value.slice(1)}` });
      const silent = await browser.open(start({ prompt: 'none' }));
      expect(silent.left?.searchParams.get('error')).toBe('login_required');
    });
  });

  describe('what a client can learn without a page', () => {
    it('prompt=none gives no tokens to a client that was never allowed them', async () => {
      const browser = new FormBrowser(issuer);
      const consent = await browser.submit(await browser.open(start()), /\/login$/, credentials);
      await browser.submit(consent, /\/consent$/, { decision: 'allow' });
      const stranger = (await registered(issuer, { redirect_uris: [loopback, 'https://stranger.example/cb'] })).client_id;
      const silent = await browser.open(authorizeUrl(issuer, stranger, { code_challenge: pkce().challenge, prompt: 'none', redirect_uri: 'https://stranger.example/cb' }));
      expect(silent.left?.searchParams.get('code') ?? null).toBeNull();
      expect(['consent_required', 'interaction_required']).toContain(silent.left?.searchParams.get('error'));
    });

    it('tokens never stand in an address: no implicit or hybrid flow, also for who asks in the fragment', async () => {
      for (const type of ['token', 'id_token', 'id_token token', 'code token', 'code id_token', 'none']) {
        const { left } = await new FormBrowser(issuer).open(start({ response_type: type, nonce: 'n', scope: 'openid' }));
        expect([type, /access_token|id_token=/.test(left?.href ?? '')]).toEqual([type, false]);
        expect(left?.href).toContain('unsupported_response_type');
      }
    });

    it('no token is in the log, whatever flow it came from', async () => {
      const { tokens } = await connect(issuer);
      const log = identity.log.join('');
      for (const secret of [tokens.access_token, tokens.refresh_token, admin.password]) expect(log.includes(secret)).toBe(false);
    });
  });
});
