import { randomUUID } from 'node:crypto';
import { verifies } from '@latchkey/testing';
import { allow, authorizeUrl, FormBrowser, gatewayUrl, registerClient, startAccounts, verifier, type Accounts, type Page } from './support/accounts.ts';
import { recoveryCodesOn, scan } from './support/authenticator.ts';
import { startForeignProvider, type ForeignProviderServer, type Person } from './support/foreign-provider.ts';
import { consoleMe } from './support/console.ts';

const password = 'a password of somebody';
/** On the user's own machine: there a yes is asked for each time. */
const callback = 'http://127.0.0.1:33418/callback';

describe('what an organization demands of sign-ins', () => {
  let accounts: Accounts;
  let foreign: ForeignProviderServer;
  let clientId: string;
  let webClientId: string;

  beforeAll(async () => {
    foreign = await startForeignProvider(() => ['https://not.yet/']);
    accounts = await startAccounts({ LATCHKEY_OIDC_PROVIDERS: JSON.stringify([{ ...foreign.entry, mfaAcrValues: ['urn:two'] }]) });
    await foreign.redirectTo([`${accounts.issuer}/v1/auth/oauth/corp/callback`]);
    clientId = await registerClient(accounts.issuer, { redirect_uris: [callback] });
    webClientId = await registerClient(accounts.issuer);
  }, 60_000);
  afterAll(async () => {
    await accounts.close();
    await foreign.close();
  });

  const pathOf = (page: Page): string => new URL(page.url).pathname;
  const setPolicy = (org: string, policy: object) =>
    accounts.dataSource.query('INSERT INTO organization_policies (org, policy, revision) VALUES ($1, $2, 1) ON CONFLICT (org) DO UPDATE SET policy = excluded.policy', [org, JSON.stringify(policy)]);
  const emailOf = (org: string): string => `owner@${org}.example`;

  /** An organization of one, with a server. */
  async function organization(policy: object = {}): Promise<{ org: string; userId: string; resource: string }> {
    const org = `org-${randomUUID().slice(0, 8)}`;
    const { id: userId } = await accounts.createUser(emailOf(org), password);
    await accounts.createOrg(org, userId);
    await accounts.createProject(org, 'prod');
    await accounts.identity.seed.server({ org, project: 'prod', slug: `demo-${org}`, name: 'Demo', url: 'http://127.0.0.1:1/mcp' });
    await setPolicy(org, policy);
    return { org, userId, resource: `${gatewayUrl}/mcp/demo-${org}` };
  }

  const request = (resource: string): string => authorizeUrl(accounts.issuer, { clientId, redirectUri: callback, resource, scope: 'mcp:read' });

  /** To the page behind the password. */
  async function signIn(org: string, resource: string, browser = new FormBrowser(accounts.issuer)): Promise<{ browser: FormBrowser; page: Page }> {
    return { browser, page: await browser.submit(await browser.get(request(resource)), { email: emailOf(org), password }) };
  }

  async function tokens(page: Page): Promise<{ access_token: string; refresh_token: string }> {
    const answer = await token({ grant_type: 'authorization_code', code: new URL(page.url).searchParams.get('code') ?? '', redirect_uri: callback, code_verifier: verifier });
    expect(answer).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });
    return answer as { access_token: string; refresh_token: string };
  }

  async function token(form: Record<string, string>): Promise<{ access_token?: string; refresh_token?: string; error?: string }> {
    const response = await fetch(`${accounts.issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams({ client_id: clientId, ...form }) });
    return (await response.json()) as { error?: string };
  }
  const refresh = (refreshToken: string) => token({ grant_type: 'refresh_token', refresh_token: refreshToken });

  async function through(browser: FormBrowser, page: Page, person: Person): Promise<Page> {
    const path = /href="(\/v1\/auth\/oauth\/corp\/start[^"]*)"/.exec(page.text)![1]!.replaceAll('&amp;', '&');
    return browser.get(await foreign.signIn((await browser.get(new URL(path, accounts.issuer).href)).url, person));
  }

  const link = (userId: string, subject: string) =>
    accounts.dataSource.query("INSERT INTO identities (issuer, subject, id, user_id, provider) VALUES ($1, $2, $3, $4, 'corp')", [foreign.issuer, subject, randomUUID(), userId]);

  verifies('I8', 'a second factor: one is bound on the way in, asked for the next time, and a tightened policy stops refreshing', async () => {
    const { org, resource } = await organization();
    const before = await signIn(org, resource);
    const early = await tokens(await before.browser.submit(before.page, {}, allow));
    await setPolicy(org, { mfaRequired: true });
    expect((await refresh(early.refresh_token)).error).toBe('invalid_grant');

    const { browser, page } = await signIn(org, resource);
    expect([pathOf(page), page.text.includes(org)]).toEqual(['/sign-in/enrol', true]);
    const app = scan(page);
    expect((await browser.submit(page, { code: 'abc' })).status).toBe(422);
    const codes = await browser.submit(page, { code: app.code() });
    expect(recoveryCodesOn(codes)).toHaveLength(10);
    const next = /class="button" href="([^"]+)"/.exec(codes.text)![1]!;
    const consent = await browser.get(new URL(next, accounts.issuer).href);
    expect(consent.text).toContain('>Allow</button>');
    const late = await tokens(await browser.submit(consent, {}, allow));
    expect((await refresh(late.refresh_token)).access_token).toEqual(expect.any(String));

    await accounts.dataSource.query('UPDATE second_factors SET last_step = 0');
    const again = await signIn(org, resource);
    expect(pathOf(again.page)).toBe('/sign-in/second-factor');
    expect((await again.browser.submit(again.page, { code: app.code() })).text).toContain('>Allow</button>');
  });

  verifies('I8', 'a consent form that was open when the policy was tightened gives nothing', async () => {
    const { org, resource } = await organization();
    const { browser, page } = await signIn(org, resource);
    await setPolicy(org, { mfaRequired: true });
    const answer = await browser.submit(page, {}, allow);
    expect(pathOf(answer)).toBe('/sign-in/enrol');
    expect(await accounts.dataSource.query('SELECT 1 FROM authorizations WHERE org = $1', [org])).toHaveLength(0);
  });

  verifies('I8', 'a yes that is remembered is not enough when the policy was tightened since', async () => {
    const { org, resource } = await organization();
    const browser = new FormBrowser(accounts.issuer);
    const url = authorizeUrl(accounts.issuer, { clientId: webClientId, resource, scope: 'mcp:read' });
    await browser.submit(await browser.submit(await browser.get(url), { email: emailOf(org), password }), {}, allow);
    const hasCode = (page: Page): boolean => new URL(page.url).searchParams.has('code');
    expect(hasCode(await browser.get(url))).toBe(true);
    await setPolicy(org, { mfaRequired: true });
    const page = await browser.get(url);
    expect([hasCode(page), pathOf(page)]).toEqual([false, '/sign-in/enrol']);
  });

  verifies('I8', 'a code that was given before the policy was tightened is worth no token', async () => {
    const { org, resource } = await organization();
    const { browser, page } = await signIn(org, resource);
    const back = await browser.submit(page, {}, allow);
    await setPolicy(org, { signInMethods: ['federated'] });
    const answer = await token({ grant_type: 'authorization_code', code: new URL(back.url).searchParams.get('code')!, redirect_uri: callback, code_verifier: verifier });
    expect(answer.error).toBe('invalid_grant');
  });

  verifies('I8', 'a provider: a password is not enough, and the same person comes in by the provider', async () => {
    const { org, userId, resource } = await organization({ signInMethods: ['federated'] });
    await link(userId, `at-${org}`);
    const { browser, page } = await signIn(org, resource);
    expect([page.status, page.text.includes('Sign in with your organization'), page.text.includes('Allow</button>')]).toEqual([403, true, false]);
    const consent = await through(browser, page, { sub: `at-${org}` });
    const first = await tokens(await browser.submit(consent, {}, allow));
    expect((await refresh(first.refresh_token)).access_token).toEqual(expect.any(String));
  });

  verifies('I8', 'a provider may have asked for the second factor already', async () => {
    const { org, userId, resource } = await organization({ mfaRequired: true });
    await link(userId, `mfa-${org}`);
    const people: [Partial<Person>, string][] = [[{ amr: ['pwd', 'mfa'] }, ''], [{ acr: 'urn:two' }, ''], [{ amr: ['pwd'] }, '/sign-in/enrol']];
    for (const [person, path] of people) {
      const browser = new FormBrowser(accounts.issuer);
      const page = await through(browser, await browser.get(request(resource)), { sub: `mfa-${org}`, ...person });
      if (path === '') expect(page.text).toContain('>Allow</button>');
      else expect(pathOf(page)).toBe(path);
    }
  });

  verifies('I8', 'a sign-in that is not too old, for consent and for every refresh', async () => {
    const { org, userId, resource } = await organization({ sessionMaxAgeSeconds: 300 });
    const { browser, page } = await signIn(org, resource);
    const mine = await tokens(await browser.submit(page, {}, allow));
    const rotated = await refresh(mine.refresh_token);
    expect(rotated.access_token).toEqual(expect.any(String));
    await accounts.dataSource.query("UPDATE authorizations SET signed_in_at = now() - interval '301 seconds' WHERE user_id = $1", [userId]);
    expect((await refresh(rotated.refresh_token!)).error).toBe('invalid_grant');
    await accounts.dataSource.query("UPDATE artifacts SET payload = jsonb_set(payload, '{loginTs}', to_jsonb((payload->>'loginTs')::bigint - 301)) WHERE kind = 'Session' AND payload->>'accountId' = $1", [userId]);
    const old = await browser.get(request(resource));
    expect([old.status, old.text.includes('Sign in again')]).toEqual([403, true]);
    const form = await browser.get(new URL(/href="([^"]+\/switch)"/.exec(old.text)![1]!, accounts.issuer).href);
    expect((await browser.submit(form, { email: emailOf(org), password })).text).toContain('>Allow</button>');
  });

  verifies('I8', 'no app is bound in a session that was left open', async () => {
    const { org, userId, resource } = await organization();
    const { browser } = await signIn(org, resource);
    await setPolicy(org, { mfaRequired: true });
    await accounts.dataSource.query("UPDATE artifacts SET payload = jsonb_set(payload, '{loginTs}', to_jsonb((payload->>'loginTs')::bigint - 1000)) WHERE kind = 'Session' AND payload->>'accountId' = $1", [userId]);
    const page = await browser.get(request(resource));
    expect([page.status, page.text.includes('Sign in again')]).toEqual([403, true]);
    expect((await browser.get(`${accounts.issuer}/sign-in/enrol`)).status).toBe(400);
  });

  verifies('I8', 'the choice of an organization survives what it demands, and the others are not touched', async () => {
    const strict = await organization({ mfaRequired: true });
    const lax = `lax-${strict.org.slice(4)}`;
    await accounts.createOrg(lax, strict.userId);
    const { browser, page } = await signIn(strict.org, `${gatewayUrl}/mcp`);
    const free = await browser.submit(page, { org: lax }, allow);
    expect(new URL(free.url).searchParams.get('code')).not.toBeNull();
    const second = await browser.get(request(`${gatewayUrl}/mcp`));
    const asked = await browser.submit(second, { org: strict.org }, allow);
    expect(pathOf(asked)).toBe('/sign-in/enrol');
    const codes = await browser.submit(asked, { code: scan(asked).code() });
    const consent = await browser.get(new URL(/class="button" href="([^"]+)"/.exec(codes.text)![1]!, accounts.issuer).href);
    expect(consent.text).toContain(`<option value="${strict.org}" selected>`);
  });

  verifies('I8', 'the console asks as well, before it shows or changes anything there', async () => {
    const { org } = await organization({ mfaRequired: true });
    const browser = new FormBrowser(accounts.issuer);
    const page = await browser.submit(await browser.get(`${accounts.issuer}/console/sign-in`), { email: emailOf(org), password });
    expect([pathOf(page), page.text.includes(org)]).toEqual(['/sign-in/enrol', true]);
    const codes = await browser.submit(page, { code: scan(page).code() });
    const console = await browser.get(new URL(/class="button" href="([^"]+)"/.exec(codes.text)![1]!, accounts.issuer).href);
    expect(pathOf(console)).toBe('/console');
    const { csrf, memberships } = await consoleMe(browser, accounts.issuer);
    expect(memberships).toMatchObject([{ org }]);
    // A page of before the policy: the key is not made.
    await setPolicy(org, { mfaRequired: true, signInMethods: ['federated'] });
    const cookie = [...browser.cookies].map(([name, { value }]) => `${name.split('|')[0]!}=${value}`).join('; ');
    const headers = { cookie, 'x-csrf-token': csrf, 'x-tenant-id': org, 'content-type': 'application/json' };
    const mint = await fetch(`${accounts.issuer}/console/api/v1/pats`, { method: 'POST', headers, body: JSON.stringify({ org, name: 'k', scopes: ['mcp:read'], expiresIn: '7d' }) });
    expect([mint.status, await mint.json()]).toMatchObject([403, { code: 'policy_violation', detail: expect.stringContaining('asks for more') }]);
    const again = await browser.get(`${accounts.issuer}/console/orgs/${org}/keys`);
    expect([again.status, again.text.includes('Sign in with your organization')]).toEqual([403, true]);
  });
});
