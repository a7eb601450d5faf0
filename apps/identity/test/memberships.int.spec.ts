import type { MemberRecord } from '@latchkey/contracts';
import { eventually, verifies } from '@latchkey/testing';
import { Authenticate } from '../src/accounts/authenticate.ts';
import { RemoveMember } from '../src/organizations/remove-member.ts';
import { admin, startAccounts, type Accounts } from './support/accounts.ts';

describe('accounts and memberships', () => {
  let accounts: Accounts;

  beforeAll(async () => {
    accounts = await startAccounts();
  }, 60_000);
  afterAll(() => accounts.close());

  const memberships = async (user: string) => (await accounts.outbox<MemberRecord>(`feed.identity.member.${user}`))?.record.memberships ?? [];
  const remove = (userId: string, org: string) => accounts.identity.app.get(RemoveMember).run({ userId, org });

  verifies('I10', 'memberships given at the same moment are all in the newest record', async () => {
    const user = await accounts.createUser('many@example.com');
    const owner = await accounts.userId(admin.email);
    const orgs = Array.from({ length: 8 }, (_, index) => `org-${index}`);
    for (const org of orgs) await accounts.createOrg(org, owner);
    await Promise.all(orgs.map((org) => accounts.addMember({ userId: user.id, org, role: 'member' })));
    expect((await memberships(user.id)).map(({ org }) => org)).toEqual(orgs);
    await Promise.all(orgs.slice(0, 4).map((org) => remove(user.id, org)));
    expect((await memberships(user.id)).map(({ org }) => org)).toEqual(orgs.slice(4));
  });

  verifies('AS-63', 'who is removed and comes back does so with an epoch that ends what was issued before', async () => {
    const user = await accounts.createUser('back@example.com');
    await accounts.addMember({ userId: user.id, org: 'acme', role: 'admin', projects: { prod: 'viewer' } });
    expect(await memberships(user.id)).toEqual([{ org: 'acme', role: 'admin', projects: { prod: 'viewer' }, epoch: null }]);
    const before = Math.floor(Date.now() / 1000);
    await remove(user.id, 'acme');
    expect(await memberships(user.id)).toEqual([]);
    await expect(remove(user.id, 'acme')).rejects.toMatchObject({ code: 'not_found' });
    await accounts.addMember({ userId: user.id, org: 'acme', role: 'member' });
    const [membership] = await memberships(user.id);
    expect(membership).toMatchObject({ role: 'member', projects: {} });
    expect(membership?.epoch).toBeGreaterThanOrEqual(before);
  });

  it('keeps an owner in every organization, also when two would leave at once', async () => {
    const [one, two] = [await accounts.createUser('one@example.com'), await accounts.createUser('zwei@example.com')];
    await accounts.createOrg('pair', one.id);
    await accounts.addMember({ userId: two.id, org: 'pair', role: 'owner' });
    const outcomes = await Promise.allSettled([remove(one.id, 'pair'), remove(two.id, 'pair')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
    const last = outcomes[0]?.status === 'rejected' ? one : two;
    await expect(accounts.addMember({ userId: last.id, org: 'pair', role: 'member' })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('leaves no trace of a change that failed', async () => {
    const user = await accounts.createUser('half@example.com');
    await expect(accounts.addMember({ userId: user.id, org: 'acme', role: 'member', projects: { missing: 'viewer' } })).rejects.toThrow();
    expect(await accounts.outbox(`feed.identity.member.${user.id}`)).toBeUndefined();
    await expect(accounts.createUser('HALF@example.com')).rejects.toMatchObject({ code: 'conflict' });
    await expect(accounts.createOrg('acme', user.id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await accounts.outbox(`feed.identity.member.${user.id}`)).toBeUndefined();
  });

  it('gets every record onto the feed', async () => {
    const id = await accounts.userId(admin.email);
    const seen = new Map<string, unknown>();
    const subscription = await accounts.feed.follow('identity', null, { onMessage: ({ subject, record }) => seen.set(subject, record) });
    await eventually(() => expect([...seen.keys()]).toEqual(expect.arrayContaining([`feed.identity.user.${id}`, `feed.identity.member.${id}`, 'feed.identity.org.acme'])));
    expect(seen.get(`feed.identity.user.${id}`)).toEqual({ kind: 'user', id, disabled: false, epoch: null });
    await subscription.stop();
  });

  verifies('I7', 'passwords are kept as argon2id with the parameters that OWASP names', async () => {
    const [row] = await accounts.dataSource.query<{ password_hash: string }[]>('SELECT password_hash FROM users WHERE email = $1', [admin.email]);
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/);
  });

  verifies('I7', 'an address without an account costs as much time as a wrong password', async () => {
    const authenticate = accounts.identity.app.get(Authenticate);
    const timed = async (email: string, address: string): Promise<number> => {
      const start = performance.now();
      expect(await authenticate.run({ email, password: 'wrong', address })).toEqual({ outcome: 'refused' });
      return performance.now() - start;
    };
    const median = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    // Taken in turns, so that whatever else the machine does at the time weighs on both.
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 9; round++) {
      known.push(await timed(admin.email, `192.0.2.${round}`));
      unknown.push(await timed(`unknown-${round}@example.com`, `198.51.100.${round}`));
    }
    // Without the hashing, an unknown address would be answered in a hundredth of the time.
    expect(median(unknown) / median(known)).toBeGreaterThan(0.25);
    expect(median(unknown) / median(known)).toBeLessThan(4);
  });

  describe('the seed', () => {
    it('does nothing once there is a user', async () => {
      expect(await accounts.identity.seed.admin({ ...admin, email: 'second-admin@example.com', org: 'another' })).toBe(false);
      expect(await accounts.dataSource.query('SELECT 1 FROM organizations WHERE slug = $1', ['another'])).toEqual([]);
    });

    it('registers a server once, moves it when its URL changes, and lets a deleted one rest', async () => {
      const server = { org: 'acme', project: 'prod', slug: 'seeded', name: 'Seeded', url: 'http://127.0.0.1:3001/mcp' };
      const row = async () =>
        (await accounts.dataSource.query<{ id: string; url: string; deleted_at: Date | null }[]>('SELECT id, url, deleted_at FROM servers WHERE slug = $1', ['seeded']))[0];
      const version = async () => Number((await accounts.outbox(`feed.identity.server.${(await row())?.id}`))?.version);
      await Promise.all([accounts.identity.seed.server(server), accounts.identity.seed.server(server)]);
      expect([(await row())?.url, await version()]).toEqual([server.url, 1]);
      await accounts.identity.seed.server(server);
      expect(await version()).toBe(1);
      await accounts.identity.seed.server({ ...server, url: 'http://127.0.0.1:3002/mcp' });
      expect([(await row())?.url, await version()]).toEqual(['http://127.0.0.1:3002/mcp', 2]);
      await accounts.dataSource.query("UPDATE servers SET deleted_at = now() WHERE slug = 'seeded'");
      await accounts.identity.seed.server(server);
      expect([(await row())?.url, await version()]).toEqual(['http://127.0.0.1:3002/mcp', 2]);
    });
  });
});

describe('a first start of several replicas', () => {
  it('makes one administrator', async () => {
    const accounts = await startAccounts();
    try {
      await accounts.dataSource.query('TRUNCATE users, organizations CASCADE');
      const made = await Promise.all([1, 2, 3].map(() => accounts.identity.seed.admin(admin)));
      expect(made.filter(Boolean)).toHaveLength(1);
    } finally {
      await accounts.close();
    }
  }, 60_000);
});
