import { verifies } from '@latchkey/testing';
import { admin, allow, authorizeUrl, deny, FormBrowser, gatewayUrl, registerClient, startAccounts, verifier, type Accounts, type Page } from './support/accounts.ts';

const credentials = { email: admin.email, password: admin.password };
const demo = `${gatewayUrl}/mcp/demo`;

describe('sign-in and consent', () => {
  let accounts: Accounts;
  let clientId: string;

  beforeAll(async () => {
    accounts = await startAccounts();
    await accounts.identity.seed.server({ org: 'acme', project: 'prod', slug: 'demo', name: 'Demo server', url: 'http://127.0.0.1:1/mcp' });
    clientId = await registerClient(accounts.issuer);
  }, 60_000);

  // Each test meets the page as if for the first time.
  beforeEach(() => accounts.dataSource.query('DELETE FROM consents'));
  afterAll(() => accounts.close());

  const request = (options: { scope?: string; resource?: string; extra?: Record<string, string> } = {}) =>
    authorizeUrl(accounts.issuer, { clientId, resource: demo, scope: 'mcp:read mcp:execute', ...options });

  async function consentPage(browser: FormBrowser, url = request()): Promise<Page> {
    return browser.submit(await browser.get(url), credentials);
  }

  async function redeem(page: Page): Promise<Record<string, unknown>> {
    const response = await fetch(`${accounts.issuer}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        code: new URL(page.url).searchParams.get('code') ?? '',
        redirect_uri: 'https://app.example/callback',
        code_verifier: verifier,
      }),
    });
    const answer = (await response.json()) as { access_token?: string; scope?: string };
    expect(answer).toMatchObject({ access_token: expect.any(String) });
    return { ...(JSON.parse(Buffer.from(answer.access_token!.split('.')[1]!, 'base64url').toString()) as object), scope: answer.scope };
  }

  verifies('I1', 'a browser without script signs in, consents and brings a code back', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const signIn = await browser.get(request());
    expect(signIn.status).toBe(200);
    for (const text of ['>Email</label>', '>Password</label>', '>Sign in</button>', '>Create account</a>', '>Forgot password?</a>']) expect(signIn.text).toContain(text);

    const consent = await browser.submit(signIn, credentials);
    for (const text of ['Test client', 'app.example', 'Demo server', demo, 'Call tools', admin.email]) expect(consent.text).toContain(text);

    const back = await browser.submit(consent, {}, allow);
    const answer = new URL(back.url);
    expect(`${answer.origin}${answer.pathname}`).toBe('https://app.example/callback');
    expect(answer.searchParams.get('state')).toBe('state-1');
    expect(await redeem(back)).toMatchObject({ aud: demo, org: 'acme', scope: 'mcp:read mcp:execute', sub: await accounts.userId(admin.email) });
  });

  verifies('AS-91', 'every page forbids framing and scripts, and takes nothing from elsewhere', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const signIn = await browser.get(request());
    const consent = await browser.submit(signIn, credentials);
    for (const page of [signIn, consent]) {
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toBe("default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'");
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('x-frame-options')).toBe('DENY');
      expect(page.text).not.toMatch(/<script|\sstyle=|\son\w+=|(?:src|href)="(?:https?:)?\/\//);
    }
    const stylesheet = /href="(\/assets\/[^"]+\.css)"/.exec(signIn.text)![1]!;
    const answer = await fetch(`${accounts.issuer}${stylesheet}`);
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'text/css; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
  });

  verifies('AS-92', 'no page names form-action', async () => {
    const page = await new FormBrowser(accounts.issuer).get(request());
    expect(page.headers.get('content-security-policy')).not.toContain('form-action');
  });

  verifies('AS-91', 'a form without the token, with another form\'s, or with another browser\'s is refused with 403', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const page = await browser.get(request());
    const action = `${page.url}/login`;
    const other = await new FormBrowser(accounts.issuer).get(request());
    const tokenOf = (from: Page) => /name="_csrf" value="([^"]+)"/.exec(from.text)![1]!;
    const console = await browser.get(`${accounts.issuer}/console/sign-in`);
    for (const token of [undefined, '', 'x'.repeat(43), tokenOf(other), tokenOf(console)]) {
      const answer = await browser.post(action, { ...credentials, ...(token === undefined ? {} : { _csrf: token }) });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('content-type')).toContain('text/html');
    }
    const consent = await browser.submit(await browser.get(page.url), credentials);
    expect((await browser.post(`${consent.url}/consent`, { decision: 'allow', org: 'acme' })).status).toBe(403);
  });

  verifies('AS-91', 'cookies are out of reach of scripts and of other sites\' forms', async () => {
    const response = await fetch(request(), { redirect: 'manual' });
    const page = await fetch(new URL(response.headers.get('location')!, accounts.issuer), { headers: { cookie: response.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ') } });
    const lines = [...response.headers.getSetCookie(), ...page.headers.getSetCookie()];
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line.toLowerCase()).toMatch(/(?=.*; httponly)(?=.*; samesite=lax)/);
  });

  verifies('I7', 'a wrong password and an unknown address get the same answer', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const page = await browser.get(request());
    const wrong = await browser.submit(page, { ...credentials, password: 'wrong' });
    const unknown = await browser.submit(page, { email: 'nobody@example.com', password: 'wrong' });
    expect([wrong.status, unknown.status]).toEqual([422, 422]);
    expect(wrong.text).toContain('role="alert"');
    expect(unknown.text.replaceAll('nobody@example.com', admin.email)).toBe(wrong.text);
  });

  it('takes hostile input in every field as text, or refuses it in words', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const page = await browser.get(request());
    const shown = await browser.submit(page, { email: '"><script>alert(1)</script>', password: '\u0000\ud800' });
    expect(shown.status).toBe(422);
    expect(shown.text).not.toContain('<script');
    expect((await browser.submit(page, { email: 'a\u0000b', password: 'x' })).status).toBe(422);
    expect((await browser.submit(page, { email: 'a'.repeat(100_000), password: 'x' })).status).toBe(400);
    expect((await browser.post(`${page.url}/login`, { '__proto__': 'x' })).status).toBeGreaterThanOrEqual(400);
  });

  verifies('AS-90', 'Deny sends the client away with access_denied', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const answer = new URL((await browser.submit(await consentPage(browser), {}, deny)).url);
    expect(answer.searchParams.get('error')).toBe('access_denied');
    expect(answer.searchParams.get('iss')).toBe(accounts.issuer);
    expect(answer.searchParams.has('code')).toBe(false);
  });

  verifies('AS-34', 'prompt=consent asks again and again, without another sign-in', async () => {
    const browser = new FormBrowser(accounts.issuer);
    await browser.submit(await consentPage(browser), {}, allow);
    for (let round = 0; round < 3; round++) {
      const again = await browser.get(request({ extra: { prompt: 'consent' } }));
      expect(again.text).toContain('>Allow</button>');
      expect(new URL((await browser.submit(again, {}, allow)).url).searchParams.has('code')).toBe(true);
    }
  });

  verifies('AS-14', 'each consent makes an authorization of its own', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const first = await redeem(await browser.submit(await consentPage(browser), {}, allow));
    const second = await redeem(await browser.submit(await browser.get(request({ extra: { prompt: 'consent' } })), {}, allow));
    expect(first.gid).toEqual(expect.any(String));
    expect(second.gid).not.toBe(first.gid);
  });

  verifies('I5', 'who belongs to several organizations chooses one, and it is bound into the token', async () => {
    const user = await accounts.createUser('two@example.com', 'a password of two');
    await accounts.createOrg('second', user.id, 'Second');
    await accounts.addMember({ userId: user.id, org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    const sign = (browser: FormBrowser, page: Page) => browser.submit(page, { email: 'TWO@Example.com ', password: 'a password of two' });

    const browser = new FormBrowser(accounts.issuer);
    const platform = await sign(browser, await browser.get(request({ resource: `${gatewayUrl}/mcp` })));
    expect(platform.text).toContain('<label for="org">Organization</label>');
    expect(platform.text).toContain('not in Acme: your role there does not allow it');
    expect(await redeem(await browser.submit(platform, { org: 'acme' }, allow))).toMatchObject({ org: 'acme', scope: 'mcp:read' });
    const again = await browser.get(request({ resource: `${gatewayUrl}/mcp`, extra: { prompt: 'consent' } }));
    expect(await redeem(await browser.submit(again, { org: 'second' }, allow))).toMatchObject({ org: 'second', scope: 'mcp:read mcp:execute' });
  });

  it('refuses an organization that does not lead to the server, or that the user is not in', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const page = await browser.submit(await browser.get(request()), { email: 'two@example.com', password: 'a password of two' });
    expect(page.text).toMatch(/<option value="second" disabled>/);
    for (const org of ['second', 'nowhere', 'constructor']) {
      const answer = await browser.submit(page, { org }, allow);
      expect(answer.status).toBe(422);
      expect(answer.text).toContain('role="alert"');
    }
    expect(await redeem(await browser.submit(page, { org: 'acme' }, allow))).toMatchObject({ org: 'acme', scope: 'mcp:read' });
  });

  it('offers no Allow to somebody without a role there, and takes none', async () => {
    await accounts.createUser('outside@example.com', 'a password outside');
    const browser = new FormBrowser(accounts.issuer);
    const page = await browser.submit(await browser.get(request()), { email: 'outside@example.com', password: 'a password outside' });
    expect(page.text).not.toContain('>Allow</button>');
    expect((await browser.submit(page, { org: 'acme' }, allow)).status).toBe(422);
    expect(new URL((await browser.submit(page, {}, deny)).url).searchParams.get('error')).toBe('access_denied');
  });

  it('lets somebody else sign in instead', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const consent = await consentPage(browser);
    const link = /href="([^"]+\/switch)"/.exec(consent.text)![1]!;
    const signIn = await browser.get(new URL(link, consent.url).href);
    expect(signIn.text).toContain('Sign in as someone else');
    let page = await browser.submit(signIn, { email: 'two@example.com', password: 'a password of two' });
    // The engine ends the old session through a form that sends itself where there is script, and has a button where there is none.
    if (!page.text.includes('>Allow</button>')) {
      const action = /action="([^"]+)"/.exec(page.text)![1]!;
      const fields = [...page.text.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!] as const);
      page = await browser.post(new URL(action, page.url).href, Object.fromEntries(fields));
    }
    expect(page.text).toContain('two@example.com');
    expect(page.text).not.toContain(admin.email);
    expect(await redeem(await browser.submit(page, { org: 'acme' }, allow))).toMatchObject({ sub: await accounts.userId('two@example.com') });
  });

  verifies('AS-93', 'an interaction that is over, or of another browser, is a page in words', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const page = await browser.get(request());
    const stranger = await new FormBrowser(accounts.issuer).get(page.url);
    expect([stranger.status, stranger.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
    expect(stranger.text).toContain('This sign-in has ended');
    const consent = await browser.submit(page, credentials);
    await browser.submit(consent, {}, allow);
    expect((await browser.get(consent.url)).status).toBe(400);
    expect((await browser.get(`${accounts.issuer}/interaction/${'x'.repeat(3000)}`)).status).toBeLessThan(500);
  });

  it('says honestly that accounts and passwords come from the administrator', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const page = await browser.get(request());
    for (const [link, words] of [['create-account', 'administrator'], ['forgot-password', 'administrator']] as const) {
      const answer = await browser.get(`${page.url}/${link}`);
      expect(answer.status).toBe(200);
      expect(answer.text).toContain(words);
      expect(answer.text).toContain(`href="${new URL(page.url).pathname}"`);
    }
  });

  it('signs nobody in to a disabled account, and says no more than for a wrong password', async () => {
    const { id } = await accounts.createUser('gone@example.com', 'a password of gone');
    await accounts.dataSource.query('UPDATE users SET disabled_at = now() WHERE id = $1', [id]);
    const browser = new FormBrowser(accounts.issuer);
    const page = await browser.get(request());
    const answer = await browser.submit(page, { email: 'gone@example.com', password: 'a password of gone' });
    expect(answer.status).toBe(422);
  });
});

describe('the sign-in throttle', () => {
  let accounts: Accounts;
  beforeAll(async () => {
    accounts = await startAccounts();
  }, 60_000);
  afterAll(() => accounts.close());

  verifies('I7', 'guessing ends in 429, for an address without an account too, and the right password does not help then', async () => {
    const clientId = await registerClient(accounts.issuer);
    const browser = new FormBrowser(accounts.issuer);
    const page = await browser.get(authorizeUrl(accounts.issuer, { clientId }));
    const statuses: Record<string, number[]> = {};
    for (const email of [admin.email, 'nobody@example.com']) {
      statuses[email] = [];
      for (let attempt = 0; attempt < 11; attempt++) statuses[email].push((await browser.submit(page, { email, password: 'wrong' })).status);
    }
    expect(statuses[admin.email]).toEqual([...Array<number>(10).fill(422), 429]);
    expect(statuses['nobody@example.com']).toEqual(statuses[admin.email]);
    const right = await browser.submit(page, { email: admin.email, password: admin.password });
    expect(right.status).toBe(429);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(right.text).toContain('Too many attempts');
  });

  it('counts failures only, and attempts side by side as well', async () => {
    await accounts.createUser('often@example.com', 'a password of often');
    const clientId = await registerClient(accounts.issuer);
    for (let round = 0; round < 12; round++) {
      const browser = new FormBrowser(accounts.issuer);
      const page = await browser.get(authorizeUrl(accounts.issuer, { clientId }));
      expect((await browser.submit(page, { email: 'often@example.com', password: 'a password of often' })).status).toBe(200);
    }
    const browser = new FormBrowser(accounts.issuer);
    const page = await browser.get(authorizeUrl(accounts.issuer, { clientId }));
    const answers = await Promise.all(Array.from({ length: 15 }, () => browser.submit(page, { email: 'often@example.com', password: 'wrong' })));
    expect(answers.filter((answer) => answer.status === 422)).toHaveLength(10);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(5);
  });
});
