import { createHash } from 'node:crypto';
import { verifies } from '@latchkey/testing';
import { admin, authorizeUrl, FormBrowser, registerClient, startAccounts, type Accounts } from './support/accounts.ts';
import { consoleMe, signOut } from './support/console.ts';

const credentials = { email: admin.email, password: admin.password };

describe('the console', () => {
  let accounts: Accounts;

  beforeAll(async () => {
    accounts = await startAccounts();
    await accounts.identity.seed.server({ org: 'acme', project: 'prod', slug: 'demo', name: 'Demo <b>server</b>', url: 'http://127.0.0.1:1/secret-path' });
  }, 60_000);
  afterAll(() => accounts.close());

  async function signedIn(fields = credentials): Promise<{ browser: FormBrowser; page: Awaited<ReturnType<FormBrowser['get']>> }> {
    const browser = new FormBrowser(accounts.issuer);
    return { browser, page: await browser.submit(await browser.get(`${accounts.issuer}/console`), fields) };
  }

  verifies('O1', 'its page is stored nowhere and lets nothing inline through, with another nonce in every answer; its files are kept for ever', async () => {
    const { browser, page } = await signedIn();
    expect([page.status, new URL(page.url).pathname]).toEqual([200, '/console']);
    const policy = page.headers.get('content-security-policy') ?? '';
    const nonce = /'nonce-([\w-]{22})'/.exec(policy)![1]!;
    expect(policy).toBe(`default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`);
    expect([...page.text.matchAll(/nonce="([^"]*)"/g)].every(([, given]) => given === nonce)).toBe(true);
    expect(page.text).not.toMatch(/__LATCHKEY|<style|<script(?![^>]* src=)/);
    expect(['cache-control', 'x-frame-options', 'x-content-type-options', 'referrer-policy'].map((name) => page.headers.get(name))).toEqual(['no-store', 'DENY', 'nosniff', 'same-origin']);
    expect((await browser.get(`${accounts.issuer}/console/orgs/acme/keys`)).text).not.toContain(nonce);
    const src = new URL(/src="(\/console\/assets\/[^"]+\.js)"/.exec(page.text)![1]!, accounts.issuer);
    const take = (accepted: string) => fetch(src, { headers: { 'accept-encoding': accepted } });
    const plain = await (await take('identity')).text();
    for (const [accepted, coding] of [['gzip, deflate, br', 'br'], ['gzip, br;q=0', 'gzip'], ['gzip;q=0.5', 'gzip'], ['deflate', null], ['gzip;q=0, brotli', null]] as const) {
      const script = await take(accepted);
      expect([script.status, script.headers.get('cache-control'), script.headers.get('content-type'), script.headers.get('content-encoding')]).toEqual([200, 'public, max-age=31536000, immutable', 'text/javascript; charset=utf-8', coding]);
      expect((await script.text()) === plain).toBe(true);
    }
    for (const name of ['..%2findex.html', '.sources', 'none.js', `${src.pathname.split('/').at(-1)}.br`]) expect((await fetch(`${accounts.issuer}/console/assets/${name}`)).status).toBe(404);
  });

  verifies('O1', 'its page names who is asked for first, and is whole where no gateway answers for it; all files that it names are there', async () => {
    const { browser, page } = await signedIn();
    const named = (text: string) => [...text.matchAll(/<link rel="preload" as="fetch" crossorigin href="\/console\/api([^"]+)"[^>]*>/g)].map(([, path = '']) => path);
    for (const path of ['/console', '/console/orgs/acme', '/console/orgs/acme/keys', '/console/orgs/nowhere', '/console/orgs/%22%3E%3Cb%3E']) {
      const { status, text } = await browser.get(`${accounts.issuer}${path}`);
      expect([path, status, named(text), text.includes('data-answer'), text.trimEnd().endsWith('</html>')]).toEqual([path, 200, ['/me'], false, true]);
    }
    const files = [...page.text.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    expect(files.length).toBeGreaterThan(3);
    for (const path of files) expect([path, (await fetch(new URL(path, accounts.issuer))).status]).toEqual([path, 200]);
  });

  verifies('O1', 'whoever opens a page of it by its address is back there after the sign-in, and led nowhere else', async () => {
    const open = async (path: string) => {
      const browser = new FormBrowser(accounts.issuer);
      return new URL((await browser.submit(await browser.get(`${accounts.issuer}${path}`), credentials)).url);
    };
    expect((await open('/console/orgs/acme/audit?outcome=refused')).href).toBe(`${accounts.issuer}/console/orgs/acme/audit?outcome=refused`);
    expect((await open('/console/orgs/acme//evil.example')).pathname).toBe('/console');
  });

  describe('its way to the management API', () => {
    const api = (path: string, { browser, ...init }: RequestInit & { browser?: FormBrowser } = {}) => {
      const cookie = browser === undefined ? {} : { cookie: [...browser.cookies].map(([name, { value }]) => `${name.split('|')[0]!}=${value}`).join('; ') };
      return fetch(`${accounts.issuer}/console/api${path}`, { ...init, headers: { ...(init.headers as Record<string, string> | undefined), ...cookie } });
    };

    verifies('O1', 'it is for who is signed in, from the console\'s own pages, with their token, and for their organizations', async () => {
      const { browser } = await signedIn();
      const { csrf } = await consoleMe(browser, accounts.issuer);
      const json = { 'content-type': 'application/json', 'x-tenant-id': 'acme' };
      const post = (headers: Record<string, string>, path = '/v1/pats', by = browser) => api(path, { browser: by, method: 'POST', body: '{}', headers: { ...json, ...headers } });
      expect((await api('/me')).status).toBe(401);
      expect((await api('/v1/pats?org=acme')).status).toBe(401);
      for (const site of ['cross-site', 'same-site', 'none']) expect((await api('/v1/pats?org=acme', { browser, headers: { 'sec-fetch-site': site } })).status).toBe(403);
      for (const wrong of ['', 'x', `${csrf}x`]) expect((await post({ 'x-csrf-token': wrong })).status).toBe(403);
      // The token of one browser is worth nothing in another.
      const other = await signedIn();
      expect((await post({ 'x-csrf-token': (await consoleMe(other.browser, accounts.issuer)).csrf })).status).toBe(403);
      expect((await post({ 'x-csrf-token': csrf, 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
      expect((await post({ 'x-csrf-token': csrf }, '/v1/tools/demo/add')).status).toBe(404);
      expect((await api('/v1/../../internal/usage?org=acme', { browser })).status).toBe(404);
      expect((await api('/v1/pats/a%2Fb?org=acme', { browser })).status).toBe(404);
      await accounts.createOrg('foreign', (await accounts.createUser('foreign-owner@example.com')).id);
      for (const org of ['foreign', 'nowhere']) expect((await api(`/v1/pats?org=${org}`, { browser })).status).toBe(404);
      expect((await api('/v1/pats', { browser })).status).toBe(400);
      // No gateway runs here: so far it came, and says so.
      const allowed = await post({ 'x-csrf-token': csrf, 'sec-fetch-site': 'same-origin' });
      expect([allowed.status, allowed.headers.get('cache-control')]).toEqual([503, 'no-store']);
      expect(await allowed.json()).toMatchObject({ code: 'upstream_unavailable', requestId: expect.any(String) });
    });
  });

  verifies('I9', 'the session is a cookie that scripts cannot read, kept only as a hash, and ends at sign-out', async () => {
    const { browser } = await signedIn();
    const token = browser.cookies.get('lk_console|/')!.value;
    const rows = await accounts.dataSource.query<{ id_hash: Buffer }[]>('SELECT id_hash FROM console_sessions');
    const hash = createHash('sha256').update(token).digest('hex');
    expect(rows.map((row) => row.id_hash.toString('hex'))).toContain(hash);
    expect((await browser.post(`${accounts.issuer}/console/sign-out`, {})).status).toBe(403);
    const after = await signOut(browser, accounts.issuer);
    expect(new URL(after.url).pathname).toBe('/console/sign-in');
    const stolen = await fetch(`${accounts.issuer}/console`, { headers: { cookie: `lk_console=${token}` }, redirect: 'manual' });
    expect(stolen.status).toBe(303);
  });

  it('has its own lines about a wrong password and a missing token', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const form = await browser.get(`${accounts.issuer}/console`);
    const wrong = await browser.submit(form, { ...credentials, password: 'wrong' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('role="alert"');
    expect((await browser.post(`${accounts.issuer}/console/sign-in`, credentials)).status).toBe(403);
  });

  it('shows nothing of other organizations, and lets go of an account that was disabled', async () => {
    const { id } = await accounts.createUser('lone@example.com', 'a password of lone');
    const { browser } = await signedIn({ email: 'lone@example.com', password: 'a password of lone' });
    expect(await consoleMe(browser, accounts.issuer)).toMatchObject({ user: { email: 'lone@example.com' }, memberships: [] });
    expect((await browser.get(`${accounts.issuer}/console/api/v1/servers?org=acme`)).status).toBe(404);
    await accounts.dataSource.query('UPDATE users SET disabled_at = now() WHERE id = $1', [id]);
    expect(new URL((await browser.get(`${accounts.issuer}/console`)).url).pathname).toBe('/console/sign-in');
  });

  verifies('I7', 'a password is changed by who knows the old one, and every other browser is signed out', async () => {
    const [old, fresh] = ['a password of pat', 'another password of pat'];
    await accounts.createUser('pat@example.com', old);
    const { browser } = await signedIn({ email: 'pat@example.com', password: old });
    const elsewhere = await signedIn({ email: 'pat@example.com', password: old });
    const clientId = await registerClient(accounts.issuer);
    const signInOnly = authorizeUrl(accounts.issuer, { clientId, scope: 'openid' });
    const elsewhereOauth = new FormBrowser(accounts.issuer);
    expect((await elsewhereOauth.submit(await elsewhereOauth.get(signInOnly), { email: 'pat@example.com', password: old })).text).toContain('>Allow</button>');

    const form = await browser.get(`${accounts.issuer}/console/password`);
    expect((await browser.post(`${accounts.issuer}/console/password`, { current: old, next: fresh })).status).toBe(403);
    expect((await browser.submit(form, { current: 'wrong', next: fresh })).status).toBe(422);
    const short = await browser.submit(form, { current: old, next: 'short' });
    expect([short.status, short.text.includes('at least 8 characters')]).toEqual([422, true]);
    expect((await browser.submit(form, { current: old, next: fresh })).text).toContain('Password changed');

    expect(new URL((await browser.get(`${accounts.issuer}/console`)).url).pathname).toBe('/console');
    expect(new URL((await elsewhere.browser.get(`${accounts.issuer}/console`)).url).pathname).toBe('/console/sign-in');
    expect((await elsewhereOauth.get(signInOnly)).text).toContain('>Sign in</button>');
    expect((await signedIn({ email: 'pat@example.com', password: old })).page.status).toBe(422);
    expect(new URL((await signedIn({ email: 'pat@example.com', password: fresh })).page.url).pathname).toBe('/console');
  });

  it('forgets a session that is past its time', async () => {
    const { browser } = await signedIn();
    await accounts.dataSource.query("UPDATE console_sessions SET expires_at = now() - interval '1 second'");
    expect(new URL((await browser.get(`${accounts.issuer}/console`)).url).pathname).toBe('/console/sign-in');
  });

  describe('where people connect themselves', () => {
    const ticket = 't'.repeat(43);
    const open = { outcome: 'open', name: 'Tracker <b>', kind: 'oauth', server: 'demo', origin: 'https://tracker.example', client: 'latchkey-cli', shared: false, known: true };
    const asked: Record<string, unknown>[] = [];
    let answers: Record<string, object> = {};
    let answering: { stop(): Promise<void> };
    // The key service's part: what it says to each question.
    beforeAll(async () => {
      answering = await accounts.feed.answer('ask.keys', (question) => {
        asked.push(question as Record<string, unknown>);
        return Promise.resolve(answers[(question as { connect: string }).connect]);
      });
    });
    afterAll(() => answering.stop());
    beforeEach(() => { asked.splice(0); });

    verifies('GW-84', 'it tells which program asks for what before the other side is visited, and the key service who is at which browser', async () => {
      answers = { look: { outcome: 'sign_in' } };
      const stranger = new FormBrowser(accounts.issuer);
      expect((await stranger.get(`${accounts.issuer}/connect/${ticket}`)).text).toContain(`/connect/${ticket}/sign-in`);
      expect(asked).toEqual([{ connect: 'look', ticket, user: null, browser: null }]);
      // Who signs in comes back to the page.
      answers = { look: open, begin: { outcome: 'go', url: 'https://tracker.example/authorize?state=s' } };
      const page = await stranger.submit(await stranger.get(`${accounts.issuer}/connect/${ticket}/sign-in`), credentials);
      expect([new URL(page.url).pathname, page.status]).toEqual([`/connect/${ticket}`, 200]);
      expect(page.text).toContain('Tracker &lt;b&gt;');
      expect(page.text).toMatch(/wants to use the server <code>demo<\/code>/);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(asked.some(({ connect }) => connect === 'begin')).toBe(false);
      expect((await stranger.post(`${accounts.issuer}/connect/${ticket}`, {})).status).toBe(403);
      expect((await stranger.submit(page, {})).url).toBe('https://tracker.example/authorize?state=s');
      const user = await accounts.userId(admin.email);
      expect(asked.at(-1)).toEqual({ connect: 'begin', ticket, callback: `${accounts.issuer}/v1/connections/callback`, user, browser: expect.stringMatching(/^[\w-]{43}$/) });

      answers = { finish: { outcome: 'connected', name: 'Tracker', returnTo: null } };
      const done = await stranger.get(`${accounts.issuer}/v1/connections/callback?code=c&state=s&iss=https%3A%2F%2Ftracker.example`);
      expect([done.status, done.text]).toEqual([200, expect.stringContaining('Connected')]);
      expect(asked.at(-1)).toMatchObject({ connect: 'finish', query: 'code=c&state=s&iss=https%3A%2F%2Ftracker.example', user, browser: asked.find(({ connect }) => connect === 'begin')?.['browser'] });
      answers = { finish: { outcome: 'denied', name: 'Tracker', returnTo: 'https://app.example/back?x=1' } };
      expect((await stranger.get(`${accounts.issuer}/v1/connections/callback?error=access_denied`)).url).toBe('https://app.example/back?x=1&connection=denied');
      for (const [outcome, status] of [['gone', 404], ['other_person', 403], ['other_browser', 403], ['sign_in', 403]] as const) {
        answers = { finish: { outcome } };
        expect((await stranger.get(`${accounts.issuer}/v1/connections/callback?code=c`)).status).toBe(status);
      }
      expect((await stranger.get(`${accounts.issuer}/connect/short`)).status).toBe(404);
    });

    verifies('K11', 'whoever asked for it themselves is led on at once, and a value is typed into a form that takes what a header can hold', async () => {
      const { browser } = await signedIn();
      answers = { look: { ...open, client: null }, begin: { outcome: 'go', url: 'https://tracker.example/authorize' } };
      expect((await browser.get(`${accounts.issuer}/connect/${ticket}`)).url).toBe('https://tracker.example/authorize');
      // But for what nobody has agreed to yet.
      answers = { ...answers, look: { ...open, client: null, wants: ['write<b>'] } };
      expect((await browser.get(`${accounts.issuer}/connect/${ticket}`)).text).toContain('It wants more than was agreed to before: <code>write&lt;b&gt;</code>');
      answers = { look: { ...open, client: null, kind: 'static' }, give: { outcome: 'connected', name: 'Tracker', returnTo: null } };
      const page = await browser.get(`${accounts.issuer}/connect/${ticket}`);
      expect(page.text).toContain('type="password"');
      const wrong = await browser.submit(page, { value: 'ü-secret' });
      expect([wrong.status, wrong.text.includes('ü-secret'), asked.some(({ connect }) => connect === 'give')]).toEqual([422, false, false]);
      expect((await browser.submit(page, { value: 'a-key' })).text).toContain('Connected');
      expect(asked.at(-1)).toMatchObject({ connect: 'give', value: 'a-key' });
      answers = {};
      expect((await browser.get(`${accounts.issuer}/connect/${ticket}`)).status).toBe(503);
      // Whom no program led here is warned of links that others send.
      answers = { look: { ...open, client: null, known: false } };
      const unknown = await browser.get(`${accounts.issuer}/connect/${ticket}`);
      expect([new URL(unknown.url).pathname, unknown.text]).toEqual([`/connect/${ticket}`, expect.stringContaining('not by a link that somebody sent you')]);
      const client = (await (await fetch(`${accounts.issuer}/v1/connections/client`)).json()) as Record<string, unknown>;
      expect(client).toMatchObject({ client_id: `${accounts.issuer}/v1/connections/client`, redirect_uris: [`${accounts.issuer}/v1/connections/callback`], token_endpoint_auth_method: 'none' });
    });
  });
});

describe('over https', () => {
  verifies('AS-91', 'cookies carry the __Host- prefix and are Secure', async () => {
    const accounts = await startAccounts({ LATCHKEY_ISSUER: 'https://id.example' });
    try {
      const response = await fetch(`http://127.0.0.1:${accounts.env.PORT}/console/sign-in`);
      const [csrf] = response.headers.getSetCookie();
      expect(csrf).toMatch(/^__Host-lk_csrf=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
      const form = /name="_csrf" value="([^"]+)"/.exec(await response.text())![1]!;
      const signedIn = await fetch(`http://127.0.0.1:${accounts.env.PORT}/console/sign-in`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: csrf!.split(';')[0]! },
        body: new URLSearchParams({ ...credentials, _csrf: form }),
      });
      expect(signedIn.headers.getSetCookie().find((line) => line.includes('lk_console'))).toMatch(/^__Host-lk_console=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=1209600$/);
      for (const line of signedIn.headers.getSetCookie()) expect(line).toMatch(/^__Host-[a-z_]+=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure/);
    } finally {
      await accounts.close();
    }
  }, 60_000);
});
