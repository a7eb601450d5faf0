import { identityHeader, type IdentityAssertionClaims, type IdentityProvider } from '@latchkey/contracts';
import { requireDescribed } from '@latchkey/service/testing';
import { verifies } from '@latchkey/testing';
import { admin, allow, authorizeUrl, FormBrowser, gatewayUrl, registerClient, startAccounts, type Accounts, type Page } from './support/accounts.ts';
import { startForeignProvider, type ForeignProviderServer, type Person } from './support/foreign-provider.ts';
import { consoleMe } from './support/console.ts';

type Caller = Partial<IdentityAssertionClaims>;
const secret = 'a secret of the foreign provider';

describe('the providers of organizations', () => {
  let accounts: Accounts;
  let foreign: ForeignProviderServer;
  let owner: Caller;
  let member: Caller;
  let stranger: Caller;

  beforeAll(async () => {
    foreign = await startForeignProvider(() => ['https://not.yet/']);
    accounts = await startAccounts({ LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true' });
    const base = { iss: gatewayUrl, aud: accounts.issuer, scope: 'org:read org:admin' };
    const someone = await accounts.createUser('member@example.com', 'a password of member');
    await accounts.addMember({ userId: someone.id, org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    const other = await accounts.createUser('other@example.com');
    await accounts.createOrg('rival', other.id);
    await accounts.identity.seed.server({ org: 'acme', project: 'prod', slug: 'demo', name: 'Demo', url: 'http://127.0.0.1:1/mcp' });
    owner = { ...base, sub: await accounts.userId(admin.email), org: 'acme', roles: { org: 'owner', projects: {} } };
    member = { ...base, sub: someone.id, org: 'acme', roles: { org: 'member', projects: { prod: 'viewer' } } };
    stranger = { ...base, sub: other.id, org: 'rival', roles: { org: 'owner', projects: {} } };
  }, 60_000);
  afterAll(async () => {
    await accounts.close();
    await foreign.close();
  });

  async function call<T = IdentityProvider>(method: string, path: string, caller: Caller, body?: unknown): Promise<{ status: number; body: T & { code?: string; items: T[]; nextCursor: string | null } }> {
    const response = await fetch(`${accounts.issuer}/v1/identity-providers${path}`, {
      method,
      headers: { [identityHeader]: await accounts.asserter.sign(caller), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = { status: response.status, body: (await response.json()) as never };
    requireDescribed({ method, path: `/v1/identity-providers${path}`, ...answer });
    return answer;
  }

  const input = (): object => ({ label: 'Acme SSO', issuer: foreign.issuer, clientId: 'latchkey', clientSecret: secret });
  const pathOf = (page: Page): string => new URL(page.url).pathname;

  async function through(browser: FormBrowser, page: Page, person: Person): Promise<Page> {
    const path = /href="(\/v1\/auth\/oauth\/[^"]*)"/.exec(page.text)![1]!.replaceAll('&amp;', '&');
    return browser.get(await foreign.signIn((await browser.get(new URL(path, accounts.issuer).href)).url, person));
  }

  verifies('I8', 'an owner sets one up, and its secret is kept unreadable', async () => {
    const made = await call('POST', '', owner, input());
    expect(made).toMatchObject({ status: 201, body: { org: 'acme', label: 'Acme SSO', hasClientSecret: true, enabled: true, scopes: 'openid email profile' } });
    const { id, redirectUri } = made.body;
    expect(redirectUri).toBe(`${accounts.issuer}/v1/auth/oauth/${id}/callback`);
    const rows = await accounts.dataSource.query<{ text: string }[]>('SELECT (p.*)::text AS text FROM identity_providers p UNION ALL SELECT event::text FROM audit_events');
    for (const answer of [made.body, (await call('GET', `/${id}`, member)).body, (await call('GET', '', member)).body, rows]) expect(JSON.stringify(answer)).not.toContain(secret);
    expect((await call('GET', '', member)).body.items.map((item) => item.id)).toContain(id);
    const changed = await call('PATCH', `/${id}`, owner, { label: 'Acme', enabled: false, clientSecret: null });
    expect(changed).toMatchObject({ status: 200, body: { label: 'Acme', enabled: false, hasClientSecret: false } });
    expect((await fetch(`${accounts.issuer}/v1/auth/oauth/${id}/start?return=console`)).status).toBe(404);
    expect((await call('DELETE', `/${id}`, owner)).status).toBe(200);
    expect((await call('DELETE', `/${id}`, owner)).status).toBe(404);
    const actions = await accounts.dataSource.query<{ action: string }[]>("SELECT action FROM audit_events WHERE org = 'acme' AND action LIKE 'identity_provider.%' ORDER BY at");
    expect(actions.map(({ action }) => action)).toEqual(['identity_provider.created', 'identity_provider.changed', 'identity_provider.deleted']);
  });

  it('is refused to members, to who lacks the scope, and hidden from other organizations', async () => {
    const { id } = (await call('POST', '', owner, input())).body;
    const reader = { ...owner, scope: 'org:read' };
    // Who names a provider says who is whom, owners included; an administrator may only take one away.
    const administrator = { ...owner, roles: { org: 'admin' as const, projects: {} } };
    expect((await call('POST', '', administrator, input())).body.code).toBe('insufficient_role');
    expect((await call('PATCH', `/${id}`, administrator, { issuer: 'https://elsewhere.example' })).status).toBeGreaterThanOrEqual(400);
    expect((await call('PATCH', `/${id}`, administrator, { label: 'x' })).body.code).toBe('insufficient_role');
    for (const [method, path, body] of [['POST', '', input()], ['PATCH', `/${id}`, { label: 'x' }], ['DELETE', `/${id}`, undefined]] as const) {
      expect((await call(method, path, member, body)).body.code).toBe('insufficient_role');
      expect((await call(method, path, reader, body)).body.code).toBe('insufficient_scope');
    }
    for (const [method, path, body] of [['GET', `/${id}`, undefined], ['PATCH', `/${id}`, { label: 'x' }], ['DELETE', `/${id}`, undefined], ['POST', '', { ...input(), org: 'acme' }], ['GET', '?org=acme', undefined]] as const) {
      expect((await call(method, path, stranger, body)).status).toBe(404);
    }
    expect((await call('GET', '', stranger)).body.items).toEqual([]);
    expect((await call('GET', '', { ...owner, scope: '' })).body.code).toBe('insufficient_scope');
    expect((await call('GET', '/not-an-id', owner)).status).toBe(404);
    await call('DELETE', `/${id}`, owner);
  });

  it('is refused where nothing describes itself, and for what is no issuer', async () => {
    for (const issuer of ['http://localhost:9', `${foreign.issuer}/other`, 'https://user:pw@idp.example', 'https://idp.example/?x=1', 'ftp://idp.example', 'http://10.0.0.1']) {
      expect((await call('POST', '', owner, { ...input(), issuer })).status).toBe(400);
    }
    expect((await call('POST', '', owner, { ...input(), scopes: 'email' })).status).toBe(400);
    expect((await call('POST', '', owner, { ...input(), more: 1 })).status).toBe(400);
  });

  it('is listed by pages', async () => {
    const ids = [];
    for (let n = 0; n < 3; n++) ids.push((await call('POST', '', owner, { ...input(), label: `P${n}` })).body.id);
    const first = await call('GET', '?limit=2', owner);
    const second = await call('GET', `?limit=2&cursor=${first.body.nextCursor}`, owner);
    expect([...first.body.items, ...second.body.items].map(({ id }) => id).sort()).toEqual([...ids].sort());
    for (const id of ids) await call('DELETE', `/${id}`, owner);
  });

  describe('one that is set up', () => {
    let provider: IdentityProvider;
    let clientId: string;
    beforeAll(async () => {
      provider = (await call('POST', '', owner, input())).body;
      await foreign.redirectTo([provider.redirectUri]);
      clientId = await registerClient(accounts.issuer, { redirect_uris: ['http://127.0.0.1:33418/callback'] });
    });

    const request = (resource = `${gatewayUrl}/mcp/demo`): string => authorizeUrl(accounts.issuer, { clientId, redirectUri: 'http://127.0.0.1:33418/callback', resource, scope: 'mcp:read' });
    const linkMember = async (): Promise<void> => {
      const browser = new FormBrowser(accounts.issuer);
      await browser.submit(await browser.get(`${accounts.issuer}/console/sign-in`), { email: 'member@example.com', password: 'a password of member' });
      const methods = await browser.get(`${accounts.issuer}/console/sign-in-methods`);
      await browser.submit(await through(browser, methods, { sub: 'member-at-acme' }), {});
    };

    verifies('I8', 'is offered where its organization\'s servers are asked for, and to who names the organization', async () => {
      expect((await new FormBrowser(accounts.issuer).get(request())).text).toContain('Continue with Acme SSO');
      const console = await new FormBrowser(accounts.issuer).get(`${accounts.issuer}/console/sign-in`);
      expect([console.text.includes('Acme SSO'), console.text.includes('Sign in with your organization')]).toEqual([false, true]);
      const named = (org: string) => new FormBrowser(accounts.issuer).get(`${accounts.issuer}/console/sign-in?org=${org}`);
      expect((await named('acme')).text).toContain('Acme SSO');
      for (const org of ['rival', 'nowhere', '%27']) expect((await named(org)).text.replace(/value="[^"]+"/g, '')).toBe((await named('')).text.replace(/value="[^"]+"/g, ''));
    });

    verifies('I8', 'makes no account and opens none by an address that its organization has not proven', async () => {
      for (const email of ['new@stranger.example', 'other@example.com', admin.email]) {
        const browser = new FormBrowser(accounts.issuer);
        const page = await through(browser, await browser.get(request()), { sub: `says-${email}`, email, email_verified: true });
        expect([pathOf(page), page.text.includes('There is an account')]).toEqual(['/sign-in/link', false]);
      }
      expect(await accounts.dataSource.query("SELECT 1 FROM users WHERE email = 'new@stranger.example'")).toHaveLength(0);
    });

    verifies('I8', 'signs a connected member in to its own organization, and nowhere else', async () => {
      await linkMember();
      const rival = await accounts.userId('member@example.com');
      await accounts.addMember({ userId: rival, org: 'rival', role: 'admin' });
      const browser = new FormBrowser(accounts.issuer);
      // Whatever it says of the address today: the account's own counts.
      const consent = await through(browser, await browser.get(request()), { sub: 'member-at-acme', email: 'x@stranger.example', email_verified: true });
      expect(new URL((await browser.submit(consent, { org: 'acme' }, allow)).url).searchParams.has('code')).toBe(true);
      const choice = await browser.get(request(`${gatewayUrl}/mcp`));
      const answer = await browser.submit(choice, { org: 'rival' }, allow);
      expect([answer.status, choice.text.includes('rival'), new URL(answer.url).searchParams.has('code')]).toEqual([422, false, false]);
      const console = new FormBrowser(accounts.issuer);
      const refused = await through(console, await console.get(`${accounts.issuer}/console/sign-in?org=acme`), { sub: 'member-at-acme' });
      expect([refused.status, console.cookies.has('lk_console|/')]).toEqual([403, false]);
    });

    verifies('I14', 'binds no authenticator app to the account of somebody for whom it vouches', async () => {
      await accounts.dataSource.query(`INSERT INTO organization_policies (org, policy, revision) VALUES ('acme', '{"mfaRequired":true}', 1)`);
      try {
        const browser = new FormBrowser(accounts.issuer);
        const page = await through(browser, await browser.get(request()), { sub: 'member-at-acme' });
        expect([page.status, pathOf(page).startsWith('/interaction/'), page.text.includes('Sign in with your password')]).toEqual([403, true, true]);
        expect((await browser.get(`${accounts.issuer}/sign-in/enrol`)).status).toBe(400);
      } finally {
        await accounts.dataSource.query("DELETE FROM organization_policies WHERE org = 'acme'");
      }
    });

    verifies('I8', 'speaks for the domains that its organization has proven', async () => {
      const person = { sub: 'kim', email: 'kim@acme-owned.example', email_verified: true };
      await accounts.dataSource.query(
        "INSERT INTO domains (org, domain, challenge, auto_join, created_at, verified_at) VALUES ('acme', 'acme-owned.example', 'c', true, now(), now())",
      );
      const browser = new FormBrowser(accounts.issuer);
      const page = await through(browser, await browser.get(`${accounts.issuer}/console/sign-in?org=acme`), person);
      expect([pathOf(page), (await consoleMe(browser, accounts.issuer)).user.email]).toEqual(['/console', 'kim@acme-owned.example']);
      const roles = await accounts.dataSource.query("SELECT m.role FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = 'kim@acme-owned.example' AND m.org = 'acme'");
      expect(roles).toEqual([{ role: 'member' }]);

      // Another organization does not take its word, and nor does anybody for what lasts: how the account is signed in to.
      await accounts.addMember({ userId: await accounts.userId('kim@acme-owned.example'), org: 'rival', role: 'admin' });
      await through(browser, await browser.get(request()), person);
      const answer = await browser.get(request(`${gatewayUrl}/mcp`));
      expect([answer.status, answer.text.includes('counts in one organization only')]).toEqual([403, true]);
      expect((await browser.get(`${accounts.issuer}/console?org=rival`)).status).toBe(403);
      expect((await browser.get(`${accounts.issuer}/console/second-factor`)).status).toBe(403);
    });

    verifies('I8', 'is the only one that counts where the organization asks for federated sign-in, until it is switched off', async () => {
      await accounts.dataSource.query(`INSERT INTO organization_policies (org, policy, revision) VALUES ('acme', '{"signInMethods":["federated"]}', 1)`);
      const byPassword = new FormBrowser(accounts.issuer);
      const refused = await byPassword.submit(await byPassword.get(request()), { email: 'member@example.com', password: 'a password of member' });
      expect([refused.status, refused.text.includes('Continue with Acme SSO')]).toEqual([403, true]);
      const consent = await through(byPassword, refused, { sub: 'member-at-acme' });
      expect(consent.text).toContain('>Allow</button>');
      await call('PATCH', `/${provider.id}`, owner, { enabled: false });
      expect((await byPassword.submit(consent, { org: 'acme' }, allow)).status).toBe(403);
    });
  });
});

describe('a provider that an organization names in a private network', () => {
  verifies('AS-13', 'is not asked', async () => {
    const foreign = await startForeignProvider(() => ['https://not.yet/']);
    const accounts = await startAccounts();
    try {
      const owner = { iss: gatewayUrl, aud: accounts.issuer, scope: 'org:admin', sub: await accounts.userId(admin.email), org: 'acme', roles: { org: 'owner' as const, projects: {} } };
      const port = new URL(foreign.issuer).port;
      for (const issuer of [foreign.issuer, `https://localhost:${port}`, `https://127.0.0.1:${port}`, `https://[::ffff:127.0.0.1]:${port}`]) {
        const response = await fetch(`${accounts.issuer}/v1/identity-providers`, {
          method: 'POST',
          headers: { [identityHeader]: await accounts.asserter.sign(owner), 'content-type': 'application/json' },
          body: JSON.stringify({ label: 'x', issuer, clientId: 'c' }),
        });
        expect(response.status).toBe(400);
      }
      expect(foreign.requests).toEqual([]);
    } finally {
      await accounts.close();
      await foreign.close();
    }
  }, 60_000);
});
