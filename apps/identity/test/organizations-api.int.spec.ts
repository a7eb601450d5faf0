import type { RecordOf, ServerRecord } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { FindDomain } from '../src/domains/find-domain.ts';
import { FormBrowser } from './support/accounts.ts';
import { consoleMe } from './support/console.ts';
import { Management, outcome } from './support/management.ts';

describe('the API of organizations', () => {
  let management: Management;

  beforeAll(async () => {
    management = await Management.start();
  }, 60_000);
  afterAll(() => management.close());

  const call: Management['call'] = (...args) => management.call(...args);

  verifies('I10', 'who administers an organization creates another one and owns it; its slug is then taken for ever', async () => {
    const { deputy, accounts } = management;
    const created = await call('POST', '/v1/orgs', deputy, { slug: 'newco', name: ' New Co ' });
    expect([created.status, created.body]).toEqual([
      201,
      { slug: 'newco', name: 'New Co', role: 'owner', createdAt: expect.any(String), consistency: `feed.identity.member.${deputy.sub}@2` },
    ]);
    expect((await accounts.outbox('feed.identity.org.newco'))?.record).toMatchObject({ kind: 'org', id: 'newco', disabled: false });
    expect(outcome(await call('POST', '/v1/orgs', deputy, { slug: 'newco', name: 'Again' }))).toEqual([409, 'conflict']);
    // The credential stays one of the organization that it was issued for.
    expect(outcome(await call('GET', '/v1/orgs/newco', deputy))).toEqual([404, 'not_found']);
    expect((await call('GET', '/v1/orgs', { ...deputy, org: 'newco', roles: { org: 'owner', projects: {} } })).body.items).toMatchObject([{ slug: 'newco', role: 'owner' }]);
    expect((await management.audited('org.created')).at(-1)).toEqual(
      expect.objectContaining({ org: 'newco', actor: { kind: 'user', id: deputy.sub }, credential: { kind: 'pat', id: 'Ab12Cd34' }, target: { kind: 'org', id: 'newco', name: 'New Co' }, outcome: 'success' }),
    );
  });

  it('refuses to create one without the scope, without the role, and with a key for one project', async () => {
    const { owner, member } = management;
    const input = { slug: 'never', name: 'Never' };
    expect(outcome(await call('POST', '/v1/orgs', { ...owner, scope: 'org:read' }, input))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('POST', '/v1/orgs', member, input))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('POST', '/v1/orgs', { ...owner, roles: { org: 'member', projects: { prod: 'admin' } } }, input))).toEqual([403, 'insufficient_role']);
    for (const bad of [{}, { ...input, slug: 'No Slug' }, { ...input, name: 'a\u0000b' }, { ...input, owner: owner.sub }]) {
      expect(outcome(await call('POST', '/v1/orgs', owner, bad))).toEqual([400, 'invalid_request']);
    }
  });

  it('lets nobody take any number of slugs, also not side by side', async () => {
    const { accounts } = management;
    const greedy = await accounts.createUser('greedy@example.com');
    await accounts.createOrg('greedy', greedy.id);
    const claims = { ...management.owner, sub: greedy.id, org: 'greedy' };
    const answers = await Promise.all(Array.from({ length: 25 }, (_, index) => call('POST', '/v1/orgs', claims, { slug: `greedy-${index}`, name: 'x' })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(19);
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(new Set(['policy_violation']));
  });

  verifies('I10', 'an administrator renames the organization; another tenant\'s is not there', async () => {
    const { deputy, member, stranger } = management;
    const renamed = await call('PATCH', '/v1/orgs/acme', deputy, { name: 'Acme Labs' });
    expect([renamed.status, renamed.body]).toEqual([200, { slug: 'acme', name: 'Acme Labs', role: 'admin', createdAt: expect.any(String) }]);
    expect((await call('GET', '/v1/orgs/acme', member)).body.name).toBe('Acme Labs');
    expect(outcome(await call('PATCH', '/v1/orgs/acme', member, { name: 'Mine' }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('PATCH', '/v1/orgs/acme', { ...deputy, scope: 'org:read' }, { name: 'Mine' }))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('PATCH', '/v1/orgs/acme', stranger, { name: 'Mine' }))).toEqual([404, 'not_found']);
    expect(outcome(await call('PATCH', '/v1/orgs/acme', deputy, { slug: 'other', name: 'x' }))).toEqual([400, 'invalid_request']);
    expect((await management.audited('org.renamed'))[0]?.details).toEqual({ name_before: 'Acme', name_after: 'Acme Labs' });
  });

  verifies(['I10', 'AS-63'], 'an owner deletes an organization: its credentials and servers die by the feed, and nothing of it comes back', async () => {
    const { accounts, owner, stranger } = management;
    const { id } = await accounts.createUser('founder@example.com');
    await accounts.createOrg('doomed', id);
    await accounts.createProject('doomed', 'prod');
    const founder = { ...owner, sub: id, org: 'doomed' };
    const server = await call('POST', '/v1/servers', founder, { org: 'doomed', project: 'prod', slug: 'doomed-server', name: 'S', url: 'https://mcp.example.com/' });
    const helper = await accounts.createUser('helper@example.com');
    await accounts.addMember({ userId: helper.id, org: 'doomed', role: 'admin' });
    expect(outcome(await call('DELETE', '/v1/orgs/doomed', { ...founder, sub: helper.id, roles: { org: 'admin', projects: {} } }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('DELETE', '/v1/orgs/doomed', stranger))).toEqual([404, 'not_found']);
    expect(outcome(await call('DELETE', '/v1/orgs/doomed', { ...founder, scope: 'org:read' }))).toEqual([403, 'insufficient_scope']);
    await accounts.dataSource.query("INSERT INTO domains (org, domain, challenge, verified_at) VALUES ('doomed', 'doomed.io', 'x', now())");
    expect(await accounts.identity.app.get(FindDomain).ownerOf('a@doomed.io')).toEqual({ org: 'doomed', autoJoin: false });

    const deleted = await call('DELETE', '/v1/orgs/doomed', founder);
    expect([deleted.status, deleted.body]).toEqual([200, { slug: 'doomed', deletedAt: expect.any(String), consistency: 'feed.identity.org.doomed@2' }]);
    const record = (await accounts.outbox<RecordOf<'org'>>('feed.identity.org.doomed'))!.record;
    expect([record.disabled, record.epoch]).toEqual([true, expect.any(Number)]);
    expect((await accounts.outbox<ServerRecord>(`feed.identity.server.${String(server.body.id)}`))?.record.deletedAt).toEqual(expect.any(Number));
    expect(await accounts.dataSource.query("SELECT 1 FROM domains WHERE domain = 'doomed.io'")).toEqual([]);
    for (const path of ['/v1/orgs/doomed', '/v1/members', '/v1/projects', '/v1/servers']) expect(outcome(await call('GET', path, founder))).toEqual([404, 'not_found']);
    expect(outcome(await call('DELETE', '/v1/orgs/doomed', founder))).toEqual([404, 'not_found']);
    expect(outcome(await call('POST', '/v1/orgs', owner, { slug: 'doomed', name: 'Again' }))).toEqual([409, 'conflict']);
    await expect(accounts.addMember({ userId: helper.id, org: 'doomed', role: 'owner' })).rejects.toMatchObject({ code: 'not_found' });
    expect((await management.audited('org.deleted'))[0]).toMatchObject({ org: 'doomed', details: { servers: 1 } });
  });

  describe('at the console', () => {
    const password = 'a rather long password of mine';

    async function signedIn(email: string): Promise<{ id: string; browser: FormBrowser }> {
      const { accounts } = management;
      const { id } = await accounts.createUser(email, password, true);
      const browser = new FormBrowser(accounts.issuer);
      await browser.submit(await browser.get(`${accounts.issuer}/console/sign-in`), { email, password });
      return { id, browser };
    }

    verifies('I10', 'somebody who belongs nowhere creates an organization with a first project, and owns it', async () => {
      const { accounts } = management;
      const address = `${accounts.issuer}/console/organizations/new`;
      const { browser } = await signedIn('first@example.com');
      expect(await consoleMe(browser, accounts.issuer)).toMatchObject({ memberships: [], mayCreateOrganization: true });
      const form = await browser.get(address);
      const taken = await browser.submit(form, { name: 'Mine <b>', slug: 'acme', project: 'main' });
      expect([taken.status, taken.text.includes('is or was in use'), taken.text.includes('value="Mine &lt;b&gt;"')]).toEqual([409, true, true]);
      expect((await browser.submit(form, { name: 'Mine', slug: 'Not a slug', project: 'main' })).status).toBe(400);
      const made = await browser.submit(form, { name: 'Mine', slug: 'mine', project: 'main' });
      expect([new URL(made.url).search, (await consoleMe(browser, accounts.issuer)).memberships]).toMatchObject(['?org=mine', [{ org: 'mine', role: 'owner' }]]);
      expect(await accounts.dataSource.query("SELECT slug FROM projects WHERE org = 'mine'")).toEqual([{ slug: 'main' }]);
      expect((await management.audited('org.created')).at(-1)).toMatchObject({ org: 'mine', credential: { kind: 'session' } });
      expect((await browser.post(address, { name: 'x', slug: 'forged', project: 'main' })).status).toBe(403);
      expect(new URL((await new FormBrowser(accounts.issuer).get(address)).url).pathname).toBe('/console/sign-in');
    });

    verifies('I11', 'members are told and changed for those alone who have signed in as the organization demands', async () => {
      const { accounts } = management;
      const { id, browser } = await signedIn('strict@example.com');
      await accounts.createOrg('strict', id);
      const ask = (org: string) => browser.get(`${accounts.issuer}/console/api/v1/members?org=${org}`);
      // No gateway runs here: so far it came.
      expect((await ask('strict')).status).toBe(503);
      const policy = JSON.stringify({ signInMethods: ['federated'] });
      await accounts.dataSource.query("INSERT INTO organization_policies (org, policy, revision) VALUES ('strict', $1, 1)", [policy]);
      const refused = await ask('strict');
      expect([refused.status, JSON.parse(refused.text)]).toMatchObject([403, { code: 'policy_violation' }]);
      for (const other of ['rival', 'nowhere']) expect((await ask(other)).status).toBe(404);
    });
  });

  describe('where the deployment keeps organizations to itself', () => {
    let strict: Management;
    beforeAll(async () => {
      strict = await Management.start({ LATCHKEY_ORG_CREATION: 'off' });
    }, 60_000);
    afterAll(() => strict.close());

    it('refuses even an owner', async () => {
      expect(outcome(await strict.call('POST', '/v1/orgs', strict.owner, { slug: 'newco', name: 'x' }))).toEqual([403, 'policy_violation']);
    });
  });
});
