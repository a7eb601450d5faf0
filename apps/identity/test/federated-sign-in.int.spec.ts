import { verifies } from '@latchkey/testing';
import { admin, allow, authorizeUrl, FormBrowser, gatewayUrl, registerClient, startAccounts, verifier, type Accounts, type Page } from './support/accounts.ts';
import { enrol } from './support/authenticator.ts';
import { startForeignProvider, type ForeignProviderServer, type Mischief, type Person } from './support/foreign-provider.ts';
import { consoleMe, signOut } from './support/console.ts';

const demo = `${gatewayUrl}/mcp/demo`;

describe('sign-in at another provider', () => {
  let accounts: Accounts;
  let foreign: ForeignProviderServer;
  let clientId: string;

  beforeAll(async () => {
    foreign = await startForeignProvider(() => ['https://not.yet/']);
    const other = { ...foreign.entry, name: 'picky', label: 'Picky', emailDomains: ['picky.example'] };
    accounts = await startAccounts({ LATCHKEY_OIDC_PROVIDERS: JSON.stringify([foreign.entry, other]) });
    await foreign.redirectTo(['corp', 'picky'].map((name) => `${accounts.issuer}/v1/auth/oauth/${name}/callback`));
    await accounts.identity.seed.server({ org: 'acme', project: 'prod', slug: 'demo', name: 'Demo server', url: 'http://127.0.0.1:1/mcp' });
    clientId = await registerClient(accounts.issuer);
  }, 60_000);

  afterAll(async () => {
    await accounts.close();
    await foreign.close();
  });

  const request = () => authorizeUrl(accounts.issuer, { clientId, resource: demo, scope: 'mcp:read' });
  const buttonPath = (page: Page, name: string): string => new RegExp(`href="(/v1/auth/oauth/${name}/start[^"]*)"`).exec(page.text)![1]!.replaceAll('&amp;', '&');

  /** From a sign-in page through the provider and back to a page of ours. */
  async function through(browser: FormBrowser, page: Page, person: Person, { name = 'corp', mischief = {} as Mischief } = {}): Promise<Page> {
    const away = await browser.get(new URL(buttonPath(page, name), accounts.issuer).href);
    return browser.get(await foreign.signIn(away.url, person, mischief));
  }

  const emailAt = async (browser: FormBrowser): Promise<string> => (await consoleMe(browser, accounts.issuer)).user.email;
  async function console(person: Person, options?: Parameters<typeof through>[3]): Promise<{ browser: FormBrowser; page: Page }> {
    const browser = new FormBrowser(accounts.issuer);
    return { browser, page: await through(browser, await browser.get(`${accounts.issuer}/console/sign-in`), person, options) };
  }

  const users = async (email: string): Promise<number> =>
    Number((await accounts.dataSource.query<[{ n: string }]>('SELECT count(*) AS n FROM users WHERE email = $1', [email]))[0].n);

  verifies('I8', 'a program\'s sign-in page leads to the provider and back, and a verified address there makes an account', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const signIn = await browser.get(request());
    expect(signIn.text).toContain('Continue with Corp &lt;SSO&gt;</a>');
    const consent = await through(browser, signIn, { sub: 'ada', email: 'Ada@Corp.example', email_verified: true, name: 'Ada\u202e <b>' });
    expect([consent.status, consent.text.includes('Test client'), consent.text.includes('ada@corp.example')]).toEqual([200, true, true]);
    const [row] = await accounts.dataSource.query<{ id: string; name: string; password_hash: null; email_verified: boolean }[]>(
      "SELECT id, name, password_hash, email_verified FROM users WHERE email = 'ada@corp.example'",
    );
    expect(row).toMatchObject({ name: 'Ada <b>', password_hash: null, email_verified: true });
    expect(await accounts.outbox(`feed.identity.user.${row!.id}`)).toMatchObject({ record: { kind: 'user', disabled: false } });
    // She is nobody in the organization yet, so there is nothing to allow; a role makes the same sign-in worth a code.
    await accounts.addMember({ userId: row!.id, org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    const back = await browser.submit(await browser.get(consent.url), { org: 'acme' }, allow);
    const answer = await fetch(`${accounts.issuer}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'authorization_code', client_id: clientId, code: new URL(back.url).searchParams.get('code')!, redirect_uri: 'https://app.example/callback', code_verifier: verifier }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    expect(JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())).toMatchObject({ sub: row!.id, org: 'acme', aud: demo });
    const [authorization] = await accounts.dataSource.query<{ amr: string[] }[]>('SELECT amr FROM authorizations WHERE user_id = $1', [row!.id]);
    expect(authorization!.amr).toEqual(['fed', 'idp:corp']);
  });

  verifies('I8', 'who has been here signs in to the same account, also when the address there has changed', async () => {
    await console({ sub: 'bea', email: 'bea@corp.example', email_verified: true });
    const { browser, page } = await console({ sub: 'bea', email: 'beatrix@corp.example', email_verified: true });
    expect([new URL(page.url).pathname, await emailAt(browser)]).toEqual(['/console', 'bea@corp.example']);
    expect(await users('beatrix@corp.example')).toBe(0);
  });

  it('asks with PKCE, state and nonce, and keeps the secrets from the browser', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const away = new URL((await browser.get(`${accounts.issuer}/v1/auth/oauth/corp/start?return=console`)).url);
    expect(Object.fromEntries(away.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: `${accounts.issuer}/v1/auth/oauth/corp/callback`,
    });
    const rows = await accounts.dataSource.query<{ row: string }[]>('SELECT row_to_json(s)::text AS row FROM federation_states s');
    expect(rows.some(({ row }) => row.includes(away.searchParams.get('state')!))).toBe(false);
  });

  describe('an account with the same address', () => {
    const person = { sub: 'cy-at-corp', email: 'cy@example.com', email_verified: true };
    beforeAll(async () => {
      const { id } = await accounts.createUser('cy@example.com', 'a password of cy');
      await accounts.dataSource.query('UPDATE users SET email_verified = true WHERE id = $1', [id]);
    });

    verifies('I8', 'is not entered without its password, and with it is connected for good', async () => {
      const { browser, page } = await console(person);
      expect(new URL(page.url).pathname).toBe('/sign-in/link');
      expect(page.text).toContain('There is an account with this address already');
      expect((await browser.get(`${accounts.issuer}/console/continue`)).url).toContain('/console/sign-in');
      expect((await browser.post(`${accounts.issuer}/sign-in/link`, { email: 'cy@example.com', password: 'a password of cy' })).status).toBe(403);
      const wrong = await browser.submit(page, { email: 'cy@example.com', password: 'wrong' });
      expect([wrong.status, wrong.text.includes('role="alert"')]).toEqual([422, true]);
      const right = await browser.submit(wrong, { email: 'cy@example.com', password: 'a password of cy' });
      expect([new URL(right.url).pathname, await emailAt(browser)]).toEqual(['/console', 'cy@example.com']);
      expect(new URL((await console(person)).page.url).pathname).toBe('/console');
      const actions = await accounts.dataSource.query<{ action: string }[]>('SELECT action FROM audit_events ORDER BY at');
      expect(actions.map(({ action }) => action)).toEqual(expect.arrayContaining(['identity.linked', 'sign_in.succeeded']));
    });

    verifies(['I8', 'I7'], 'by somebody whose browser is known also while strangers use up the attempts of the account', async () => {
      const attempt = { email: 'known@example.com', password: 'a password of known' };
      await accounts.createUser(attempt.email, attempt.password);
      const signIn = async (browser: FormBrowser, password = attempt.password) => browser.submit(await browser.get(`${accounts.issuer}/console/sign-in`), { ...attempt, password });
      const known = new FormBrowser(accounts.issuer);
      await signIn(known);
      known.cookies.delete('lk_console|/');
      const link = await through(known, await known.get(`${accounts.issuer}/console/sign-in`), { sub: 'known' });
      const stranger = await console({ sub: 'stranger-to-known' });
      let last = stranger.page;
      for (let guess = 0; guess < 11; guess += 1) last = await stranger.browser.submit(last, { ...attempt, password: `guess ${guess}` });
      expect(last.status).toBe(429);
      expect(new URL((await known.submit(link, attempt)).url).pathname).toBe('/console');
    });

    verifies('I8', 'is connected once when ten confirm at the same time', async () => {
      await accounts.createUser('race@example.com', 'a password of race');
      const { browser, page } = await console({ sub: 'racer' });
      const answers = await Promise.all(Array.from({ length: 10 }, () => browser.submit(page, { email: 'race@example.com', password: 'a password of race' })));
      expect(answers.filter(({ url }) => new URL(url).pathname === '/console').length).toBe(1);
      const rows = await accounts.dataSource.query<unknown[]>("SELECT 1 FROM identities WHERE subject = 'racer'");
      expect(rows).toHaveLength(1);
    });
  });

  describe('the console\'s page of sign-in methods', () => {
    const password = 'a password of fred';
    async function signedIn(email: string): Promise<FormBrowser> {
      await accounts.createUser(email, password);
      const browser = new FormBrowser(accounts.issuer);
      await browser.submit(await browser.get(`${accounts.issuer}/console/sign-in`), { email, password });
      return browser;
    }
    const methods = (browser: FormBrowser): Promise<Page> => browser.get(`${accounts.issuer}/console/sign-in-methods`);
    const subjects = async (): Promise<string[]> => (await accounts.dataSource.query<{ subject: string }[]>('SELECT subject FROM identities')).map(({ subject }) => subject);

    verifies('I8', 'connects another sign-in once its owner has said so there, and removes it again', async () => {
      const browser = await signedIn('fred@example.com');
      const confirm = await through(browser, await methods(browser), { sub: 'fred', email: 'f@elsewhere.example' });
      expect(confirm.text).toContain('f@elsewhere.example');
      expect(await subjects()).not.toContain('fred');
      expect((await browser.post(`${accounts.issuer}/sign-in/link`, {})).status).toBe(403);
      const connected = await browser.submit(confirm, {});
      expect([new URL(connected.url).pathname, connected.text.includes('f@elsewhere.example')]).toEqual(['/console/sign-in-methods', true]);
      expect(await emailAt((await console({ sub: 'fred' })).browser)).toBe('fred@example.com');
      // It is not taken over by connecting it with somebody else.
      const thief = await signedIn('thief@example.com');
      const stolen = await thief.submit(await through(thief, await methods(thief), { sub: 'fred' }), {});
      expect([stolen.status, await emailAt((await console({ sub: 'fred' })).browser)]).toEqual([409, 'fred@example.com']);
      const [id] = await accounts.dataSource.query<[{ id: string }]>("SELECT id FROM identities WHERE subject = 'fred'");
      const csrf = /name="_csrf" value="([^"]+)"/.exec((await methods(thief)).text)?.[1] ?? '';
      expect((await thief.post(`${accounts.issuer}/console/sign-in-methods/${id.id}/remove`, { _csrf: csrf })).status).not.toBe(200);
      // Who came in by it alone is out again, in the console and with programs; who showed the password stays.
      const byProvider = await console({ sub: 'fred' });
      const program = new FormBrowser(accounts.issuer);
      expect((await through(program, await program.get(request()), { sub: 'fred' })).text).toContain('Test client');
      expect((await program.get(request())).text).not.toContain('>Sign in</button>');
      expect((await browser.submit(connected, {})).text).toContain('None.');
      expect(await subjects()).not.toContain('fred');
      expect(new URL((await byProvider.browser.get(`${accounts.issuer}/console`)).url).pathname).toBe('/console/sign-in');
      expect((await program.get(request())).text).toContain('>Sign in</button>');
      expect(new URL((await browser.get(`${accounts.issuer}/console`)).url).pathname).toBe('/console');
      const ended = await accounts.dataSource.query<{ n: number }[]>("SELECT (event->'details'->>'sessions')::int AS n FROM audit_events WHERE action = 'identity.unlinked' ORDER BY at DESC LIMIT 1");
      expect(ended[0]!.n).toBeGreaterThanOrEqual(2);
    });

    verifies('I8', 'keeps the last way into an account', async () => {
      const { browser } = await console({ sub: 'only', email: 'only@corp.example', email_verified: true });
      const page = await browser.submit(await methods(browser), {});
      expect([page.status, page.text.includes('only way into your account')]).toEqual([409, true]);
      expect(await subjects()).toContain('only');
    });

    it('connects nothing in a browser that was left open, and nothing in the name of who signed in meanwhile', async () => {
      const browser = await signedIn('gina@example.com');
      const confirm = await through(browser, await methods(browser), { sub: 'gina' });
      await signOut(browser, accounts.issuer);
      await accounts.createUser('hal@example.com', password);
      await browser.submit(await browser.get(`${accounts.issuer}/console/sign-in`), { email: 'hal@example.com', password });
      expect((await browser.submit(confirm, {})).status).toBe(409);
      await accounts.dataSource.query("UPDATE console_sessions SET signed_in_at = now() - interval '16 minutes'");
      expect((await through(browser, await methods(browser), { sub: 'gina' })).status).toBe(403);
      expect(await subjects()).not.toContain('gina');
    });
  });

  verifies('I14', 'connecting by password takes the second factor too', async () => {
    await accounts.createUser('ida@example.com', 'a password of ida');
    const browser = new FormBrowser(accounts.issuer);
    await browser.submit(await browser.get(`${accounts.issuer}/console/sign-in`), { email: 'ida@example.com', password: 'a password of ida' });
    const { app } = await enrol(browser, accounts);
    const elsewhere = await console({ sub: 'ida' });
    const asked = await elsewhere.browser.submit(elsewhere.page, { email: 'ida@example.com', password: 'a password of ida' });
    expect(new URL(asked.url).pathname).toBe('/sign-in/second-factor');
    expect(await accounts.dataSource.query("SELECT 1 FROM identities WHERE subject = 'ida'")).toHaveLength(0);
    await elsewhere.browser.submit(asked, { code: app.code() });
    expect((await elsewhere.browser.get(`${accounts.issuer}/console/account`)).text).toContain('ida@example.com');
    expect(await accounts.dataSource.query("SELECT 1 FROM identities WHERE subject = 'ida'")).toHaveLength(1);
  });

  verifies('I8', 'an address that the provider has not verified makes no account and opens none', async () => {
    for (const verified of [false, undefined]) {
      const { page } = await console({ sub: `liar-${String(verified)}`, email: admin.email, ...(verified === undefined ? {} : { email_verified: verified }) });
      expect(new URL(page.url).pathname).toBe('/sign-in/link');
      // Nothing tells whether that account exists.
      expect(page.text).not.toContain('There is an account');
    }
    await console({ sub: 'fresh-liar', email: 'fresh@liar.example', email_verified: false });
    expect(await users('fresh@liar.example')).toBe(0);
  });

  verifies('I8', 'a provider is believed for its own domains only', async () => {
    const foreignDomain = await console({ sub: 'p1', email: 'p1@corp.example', email_verified: true }, { name: 'picky' });
    expect(new URL(foreignDomain.page.url).pathname).toBe('/sign-in/link');
    const own = await console({ sub: 'p2', email: 'p2@picky.example', email_verified: true }, { name: 'picky' });
    expect(new URL(own.page.url).pathname).toBe('/console');
  });

  verifies('I8', 'an account that was waiting there for its owner is taken from whoever made it', async () => {
    const { id } = await accounts.createUser('owner@corp.example', 'a password of a squatter');
    await accounts.dataSource.query("INSERT INTO account_links (token_hash, purpose, user_id, sealed, expires_at) VALUES ('\\x01', 'email_change', $1, '\\x01', now() + interval '1 day')", [id]);
    await accounts.dataSource.query(
      "INSERT INTO consents (id, user_id, client_id, client_name, redirect, resource, scopes, expires_at) VALUES ($1, $1, 'dyn-x', 'X', 'https://x.example', '', '{openid}', now() + interval '1 day')",
      [id],
    );
    const squatter = new FormBrowser(accounts.issuer);
    await squatter.submit(await squatter.get(`${accounts.issuer}/console/sign-in`), { email: 'owner@corp.example', password: 'a password of a squatter' });
    const { page } = await console({ sub: 'owner', email: 'owner@corp.example', email_verified: true });
    expect(new URL(page.url).pathname).toBe('/console');
    expect(new URL((await squatter.get(`${accounts.issuer}/console`)).url).pathname).toBe('/console/sign-in');
    const again = await new FormBrowser(accounts.issuer).get(`${accounts.issuer}/console/sign-in`);
    expect((await new FormBrowser(accounts.issuer).submit(again, { email: 'owner@corp.example', password: 'a password of a squatter' })).status).not.toBe(200);
    const [row] = await accounts.dataSource.query<{ epoch: number; password_hash: null }[]>("SELECT epoch, password_hash FROM users WHERE email = 'owner@corp.example'");
    expect(row).toEqual({ epoch: expect.any(Number), password_hash: null });
    expect(await accounts.dataSource.query('SELECT 1 FROM account_links WHERE user_id = $1 UNION ALL SELECT 1 FROM consents WHERE user_id = $1', [id])).toEqual([]);
  });

  describe('what comes back', () => {
    const person = { sub: 'dee', email: 'dee@corp.example', email_verified: true };
    const away = async (browser: FormBrowser): Promise<string> => (await browser.get(`${accounts.issuer}/v1/auth/oauth/corp/start?return=console`)).url;

    verifies('I8', 'is refused in another browser, which thereby cannot be signed in as somebody else', async () => {
      const attacker = new FormBrowser(accounts.issuer);
      const back = await foreign.signIn(await away(attacker), person);
      const victim = new FormBrowser(accounts.issuer);
      await away(victim);
      expect((await victim.get(back)).status).toBe(400);
      expect(victim.cookies.has('lk_console|/')).toBe(false);
      // It was not used up either: who began it may finish it.
      expect(new URL((await attacker.get(back)).url).pathname).toBe('/console');
    });

    verifies(['I8', 'AS-55'], 'is good for one of ten who come back with it at the same moment (10 times)', async () => {
      for (let round = 0; round < 10; round += 1) {
        const browser = new FormBrowser(accounts.issuer);
        const back = await foreign.signIn(await away(browser), person);
        const pages = await Promise.all(Array.from({ length: 10 }, () => browser.get(back)));
        expect([round, pages.filter(({ status }) => status === 200).length, pages.filter(({ status, text }) => status === 400 && text.includes('This sign-in has ended')).length]).toEqual([round, 1, 9]);
      }
    }, 60_000);

    verifies('I8', 'is good once', async () => {
      const browser = new FormBrowser(accounts.issuer);
      const back = await foreign.signIn(await away(browser), person);
      expect((await browser.get(back)).status).toBe(200);
      const again = await browser.get(back);
      expect([again.status, again.text.includes('This sign-in has ended')]).toEqual([400, true]);
    });

    verifies('I8', 'is refused with another issuer, another nonce, at another provider\'s address, or without a state', async () => {
      for (const mischief of [{ iss: 'https://evil.example' }, { nonce: 'of-another-request' }]) {
        const browser = new FormBrowser(accounts.issuer);
        const page = await browser.get(await foreign.signIn(await away(browser), person, mischief));
        expect([page.status, page.text.includes('This sign-in did not work')]).toEqual([502, true]);
        expect(browser.cookies.has('lk_console|/')).toBe(false);
      }
      const browser = new FormBrowser(accounts.issuer);
      const back = await foreign.signIn(await away(browser), person);
      for (const moved of [back.replace('/corp/', '/picky/'), back.replace(/state=[^&]+/, 'state='), back.replace(/state=[^&]+/, `state=${'x'.repeat(5000)}`)]) {
        expect((await browser.get(moved)).status).toBe(400);
      }
    });

    it('may be an error, of which no word is shown', async () => {
      const browser = new FormBrowser(accounts.issuer);
      const back = await foreign.signIn(await away(browser), person, { error: { error: 'access_denied', error_description: '<script>alert(1)</script> call 555' } });
      const page = await browser.get(back);
      expect(page.status).toBe(400);
      expect(page.text).toContain('You did not sign in');
      expect(page.text).not.toContain('555');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    });
  });

  verifies('I8', 'no parameter sends the browser elsewhere', async () => {
    for (const target of ['https://evil.example', '//evil.example', 'interaction:../../evil', 'interaction:a/b', '', 'console\r\nset-cookie: a=b']) {
      const answer = await fetch(`${accounts.issuer}/v1/auth/oauth/corp/start?return=${encodeURIComponent(target)}`, { redirect: 'manual' });
      expect(answer.status).toBe(400);
    }
    expect((await fetch(`${accounts.issuer}/v1/auth/oauth/nobody/start?return=console`)).status).toBe(404);
    expect((await fetch(`${accounts.issuer}/v1/auth/oauth/constructor/callback?code=1&state=2`)).status).toBe(404);
  });

  it('says so when the provider cannot be reached', async () => {
    const lost = await startAccounts({ LATCHKEY_OIDC_PROVIDERS: JSON.stringify([{ ...foreign.entry, name: 'lost', issuer: 'http://localhost:9' }]) });
    try {
      const page = await new FormBrowser(lost.issuer).get(`${lost.issuer}/v1/auth/oauth/lost/start?return=console`);
      expect([page.status, page.text.includes('This sign-in did not work')]).toEqual([502, true]);
    } finally {
      await lost.close();
    }
  }, 60_000);
});
