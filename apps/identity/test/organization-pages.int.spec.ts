import { verifies } from '@latchkey/testing';
import { admin, FormBrowser, type Page } from './support/accounts.ts';
import { Management } from './support/management.ts';
import { consoleMe } from './support/console.ts';

const password = 'a rather long password of mine';

describe('pages of organizations', () => {
  let management: Management;
  let issuer: string;

  beforeAll(async () => {
    management = await Management.start({ LATCHKEY_MAILBOX: 'true' });
    issuer = management.accounts.issuer;
  }, 60_000);
  afterAll(() => management.close());

  async function signedIn(email: string, secret = password): Promise<FormBrowser> {
    const browser = new FormBrowser(issuer);
    await browser.submit(await browser.get(`${issuer}/console/sign-in`), { email, password: secret });
    return browser;
  }
  const asOwner = () => signedIn(admin.email, admin.password);
  const person = (email: string) => management.accounts.createUser(email, password, true);
  const unescaped = (text: string) => text.replaceAll('&amp;', '&');

  /** Sends the form with this action, with its hidden fields. */
  function send(browser: FormBrowser, page: Page, action: string, fields: Record<string, string> = {}): Promise<Page> {
    const form = [...page.text.matchAll(/<form method="post" action="([^"]+)">([\s\S]*?)<\/form>/g)].find(([, target]) => target === action);
    if (form === undefined) throw new Error(`no form for ${action} on ${page.url}`);
    const hidden = [...form[2]!.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [name!, unescaped(value!)] as const);
    return browser.post(`${issuer}${action}`, { ...Object.fromEntries(hidden), ...fields });
  }

  verifies('I10', 'somebody who belongs nowhere creates an organization with a first project, and owns it', async () => {
    await person('first@example.com');
    const browser = await signedIn('first@example.com');
    expect(await consoleMe(browser, issuer)).toMatchObject({ memberships: [], mayCreateOrganization: true });
    const form = await browser.get(`${issuer}/console/organizations/new`);
    const taken = await browser.submit(form, { name: 'Mine <b>', slug: 'acme', project: 'main' });
    expect([taken.status, taken.text.includes('is or was in use'), taken.text.includes('value="Mine &lt;b&gt;"')]).toEqual([409, true, true]);
    expect((await browser.submit(form, { name: 'Mine', slug: 'Not a slug', project: 'main' })).status).toBe(400);
    const made = await browser.submit(form, { name: 'Mine', slug: 'mine', project: 'main' });
    expect([new URL(made.url).search, (await consoleMe(browser, issuer)).memberships]).toMatchObject(['?org=mine', [{ org: 'mine', role: 'owner' }]]);
    expect(await management.accounts.dataSource.query("SELECT slug FROM projects WHERE org = 'mine'")).toEqual([{ slug: 'main' }]);
    expect((await management.audited('org.created')).at(-1)).toMatchObject({ org: 'mine', credential: { kind: 'session' } });
    expect((await browser.post(`${issuer}/console/organizations/new`, { name: 'x', slug: 'forged', project: 'main' })).status).toBe(403);
  });

  verifies('I10', 'an administrator finds, changes and removes members, and invites others, from one page', async () => {
    const { id } = await person('colleague@example.com');
    await management.accounts.addMember({ userId: id, org: 'acme', role: 'member' });
    const browser = await asOwner();
    const found = await browser.get(`${issuer}/console/members?org=acme&q=colleague`);
    expect([found.text.includes('colleague@example.com'), found.text.includes('deputy@example.com')]).toEqual([true, false]);
    const changed = await send(browser, found, `/console/members/${id}/role`, { role: 'admin' });
    expect(changed.status).toBe(200);
    expect((await management.audited('member.changed')).at(-1)).toMatchObject({ actor: { kind: 'user' }, credential: { kind: 'session' }, details: { role_before: 'member', role_after: 'admin' } });

    const invited = await send(browser, changed, '/console/members/invite', { email: 'guest@example.com', role: 'member' });
    expect(invited.text).toContain('guest@example.com');
    const twice = await send(browser, invited, '/console/members/invite', { email: 'guest@example.com', role: 'member' });
    expect([twice.status, twice.text.includes('role="alert"')]).toEqual([409, true]);
    const [row] = await management.accounts.dataSource.query<{ id: string }[]>("SELECT id FROM invitations WHERE email = 'guest@example.com'");
    const resent = await send(browser, invited, `/console/invitations/${row!.id}/resend`);
    const revoked = await send(browser, resent, `/console/invitations/${row!.id}/revoke`);
    expect(revoked.text).not.toContain('guest@example.com');

    const removed = await send(browser, found, `/console/members/${id}/remove`);
    expect(removed.text).not.toContain('colleague@example.com');
    const self = await send(browser, removed, `/console/members/${management.owner.sub}/remove`);
    expect([self.status, self.text.includes('keeps at least one owner')]).toEqual([409, true]);
  });

  verifies('I11', 'the page is for those alone who have signed in as the organization demands', async () => {
    const { id } = await person('strict@example.com');
    await management.accounts.createOrg('strict', id);
    const browser = await signedIn('strict@example.com');
    const page = await browser.get(`${issuer}/console/members?org=strict`);
    expect(page.status).toBe(200);
    const policy = JSON.stringify({ signInMethods: ['federated'] });
    await management.accounts.dataSource.query("INSERT INTO organization_policies (org, policy, revision) VALUES ('strict', $1, 1)", [policy]);
    expect((await browser.get(`${issuer}/console/members?org=strict`)).status).toBe(403);
    expect((await send(browser, page, '/console/members/invite', { email: 'late@example.com', role: 'member' })).status).toBe(403);
    expect(await management.accounts.dataSource.query("SELECT 1 FROM invitations WHERE email = 'late@example.com'")).toEqual([]);
  });

  verifies('I10', 'who may not is offered nothing, and refused what they send all the same', async () => {
    const { id } = await person('plain@example.com');
    await management.accounts.addMember({ userId: id, org: 'acme', role: 'member' });
    const browser = await signedIn('plain@example.com');
    const page = await browser.get(`${issuer}/console/members?org=acme`);
    expect([page.status, page.text.includes('deputy@example.com'), page.text.includes('Invitations'), page.text.includes('/remove')]).toEqual([200, true, false, false]);
    // The token of the page where it has a form: the owner's own would be another browser's.
    const owner = await asOwner();
    const csrf = /name="_csrf" value="([^"]+)"/.exec((await owner.get(`${issuer}/console/members?org=acme`)).text)![1]!;
    for (const path of [`members/${management.deputy.sub}/remove`, `members/${id}/role`, 'members/invite']) {
      expect((await browser.post(`${issuer}/console/${path}`, { _csrf: csrf, org: 'acme', role: 'admin', email: 'x@example.com' })).status).toBe(403);
    }
    // With a token of one's own, as an administrator of another organization has it.
    await management.accounts.createOrg('own', id);
    const own = /name="_csrf" value="([^"]+)"/.exec((await browser.get(`${issuer}/console/members?org=own`)).text)![1]!;
    expect((await browser.post(`${issuer}/console/members/${management.deputy.sub}/remove`, { _csrf: own, org: 'acme' })).status).toBe(403);
    expect((await browser.post(`${issuer}/console/members/invite`, { _csrf: own, org: 'acme', role: 'member', email: 'x@example.com' })).status).toBe(403);
    expect((await browser.post(`${issuer}/console/members/${management.stranger.sub}/remove`, { _csrf: own, org: 'own' })).status).toBe(404);
    for (const query of ['org=rival', 'org=nowhere']) expect((await browser.get(`${issuer}/console/members?${query}`)).status).toBe(404);
    expect((await browser.post(`${issuer}/console/members/invite`, { _csrf: own, org: 'rival', role: 'member', email: 'x@example.com' })).status).toBe(404);
    const nobody = await new FormBrowser(issuer).get(`${issuer}/console/members?org=acme`);
    expect(new URL(nobody.url).pathname).toBe('/console/sign-in');
  });
});
