import type { MemberRecord } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { Management, outcome } from './support/management.ts';

describe('the API of members', () => {
  let management: Management;

  beforeAll(async () => {
    management = await Management.start();
  }, 60_000);
  afterAll(() => management.close());

  const call: Management['call'] = (...args) => management.call(...args);
  const addresses = async (query: string, caller = management.owner): Promise<unknown[]> => {
    const { body } = await call('GET', `/v1/members${query}`, caller);
    return (body.items ?? [body]).map((item) => item.email ?? item).sort();
  };
  async function newcomer(email: string, role: 'owner' | 'admin' | 'member' = 'member'): Promise<string> {
    const { id } = await management.accounts.createUser(email);
    await management.accounts.addMember({ userId: id, org: 'acme', role });
    return id;
  }

  verifies('I10', 'members are listed by role, by project, and by a part of name or address', async () => {
    expect(await addresses('?role=admin')).toEqual(['deputy@example.com']);
    // Owners and administrators may work in every project.
    expect(await addresses('?project=lab')).toEqual(['admin@example.com', 'deputy@example.com', 'member@example.com']);
    expect(await addresses('?project=lab&role=member')).toEqual(['member@example.com']);
    expect(await addresses('?q=DEPUT')).toEqual(['deputy@example.com']);
    // Wildcards are letters like all others.
    expect(await addresses('?q=%25')).toEqual([]);
    expect(await addresses('?q=_')).toEqual([]);
    expect(await addresses('?q=other')).toEqual([]);
    expect(outcome(await call('GET', '/v1/members?project=missing', management.owner))).toEqual([404, 'not_found']);
    for (const query of ['role=king', 'project=No', 'q=%00', 'limit=0']) expect(outcome(await call('GET', `/v1/members?${query}`, management.owner))).toEqual([400, 'invalid_request']);
    // In the form of ours, and still none: of another list, and of a day that there never was.
    const cursors = [['2026-01-01T00:00:00.000Z', 'prod'], ['0000-01-01T00:00:00.000Z', management.owner.sub], ['0000-01-01 00:00:00+00', 'x']];
    for (const cursor of cursors.map((position) => Buffer.from(JSON.stringify(position)).toString('base64url'))) {
      for (const list of ['members', 'members/invitations', 'identity-providers', 'audit', 'grants']) {
        expect([list, ...outcome(await call('GET', `/v1/${list}?cursor=${cursor}`, management.owner))]).toEqual([list, 400, 'invalid_request']);
      }
    }
    expect(outcome(await call('GET', '/v1/members?org=acme&role=owner', management.stranger))).toEqual([404, 'not_found']);
  });

  verifies('I10', 'a role is changed with what goes to the gateways and the log; roles in projects change one by one', async () => {
    const { deputy, accounts } = management;
    const user = await newcomer('changing@example.com');
    const promoted = await call('PATCH', `/v1/members/${user}`, deputy, { role: 'admin', projects: { prod: 'viewer', lab: 'contributor' } });
    expect([promoted.status, promoted.body]).toEqual([
      200,
      expect.objectContaining({ user, email: 'changing@example.com', role: 'admin', projects: { lab: 'contributor', prod: 'viewer' }, consistency: `feed.identity.member.${user}@2` }),
    ]);
    const demoted = await call('PATCH', `/v1/members/${user}`, deputy, { role: 'member', projects: { prod: null } });
    expect(demoted.body).toMatchObject({ role: 'member', projects: { lab: 'contributor' } });
    expect((await accounts.outbox<MemberRecord>(`feed.identity.member.${user}`))?.record.memberships).toEqual([{ org: 'acme', role: 'member', projects: { lab: 'contributor' }, epoch: null }]);
    expect((await management.audited('member.changed')).at(-1)).toMatchObject({
      org: 'acme',
      actor: { id: deputy.sub },
      target: { kind: 'user', id: user },
      details: { role_before: 'admin', role_after: 'member', projects_before: ['lab:contributor', 'prod:viewer'], projects_after: ['lab:contributor'] },
    });
  });

  verifies('I10', 'only owners touch owners, nobody gives what they are not, and the last owner stays', async () => {
    const { owner, deputy, member, stranger } = management;
    const user = await newcomer('target@example.com');
    expect(outcome(await call('PATCH', `/v1/members/${user}`, deputy, { role: 'owner' }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('PATCH', `/v1/members/${owner.sub}`, deputy, { role: 'member' }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('PATCH', `/v1/members/${deputy.sub}`, deputy, { role: 'owner' }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('PATCH', `/v1/members/${user}`, member, { role: 'admin' }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('PATCH', `/v1/members/${member.sub}`, member, { projects: { prod: 'admin' } }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('PATCH', `/v1/members/${user}`, { ...owner, scope: 'org:read' }, { role: 'admin' }))).toEqual([403, 'insufficient_scope']);
    // An owner's key for one project is no owner.
    expect(outcome(await call('PATCH', `/v1/members/${user}`, { ...owner, roles: { org: 'member', projects: { prod: 'admin' } } }, { role: 'admin' }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('PATCH', `/v1/members/${owner.sub}`, owner, { role: 'admin' }))).toEqual([409, 'conflict']);
    expect((await call('PATCH', `/v1/members/${user}`, owner, { role: 'owner' })).status).toBe(200);
    expect((await call('PATCH', `/v1/members/${user}`, owner, { role: 'member' })).status).toBe(200);
    for (const id of [user, member.sub]) expect(outcome(await call('PATCH', `/v1/members/${id}`, stranger, { role: 'admin' }))).toEqual([404, 'not_found']);
    expect(outcome(await call('PATCH', `/v1/members/${stranger.sub}`, owner, { role: 'admin' }))).toEqual([404, 'not_found']);
    expect(outcome(await call('PATCH', '/v1/members/nobody', owner, { role: 'admin' }))).toEqual([404, 'not_found']);
    for (const bad of [{}, { role: 'king' }, { projects: { 'No Slug': 'viewer' } }, { projects: { missing: 'viewer' } }, { role: 'admin', org: 'rival' }]) {
      expect([bad, ...outcome(await call('PATCH', `/v1/members/${user}`, owner, bad))]).toEqual([bad, 400, 'invalid_request']);
    }
  });

  verifies('I10', 'owners who demote or dismiss each other at the same moment do not leave the organization without one', async () => {
    const { accounts, owner } = management;
    for (let round = 0; round < 10; round++) {
      const org = `duel-${round}`;
      const owners = await Promise.all(Array.from({ length: 10 }, (_, index) => accounts.createUser(`duel-${round}-${index}@example.com`, 'short password')));
      await accounts.createOrg(org, owners[0]!.id);
      for (const { id } of owners.slice(1)) await accounts.addMember({ userId: id, org, role: 'owner' });
      // Each turns on the next; whoever has lost the role by then is refused.
      const answers = await Promise.all(
        owners.map(({ id }, index) => {
          const victim = owners[(index + 1) % owners.length]!.id;
          const as = { ...owner, sub: id, org };
          return index % 2 === 0 ? call('PATCH', `/v1/members/${victim}`, as, { role: 'member' }) : call('DELETE', `/v1/members/${victim}`, as);
        }),
      );
      expect(answers.map(({ status }) => status).filter((status) => ![200, 403, 404, 409].includes(status))).toEqual([]);
      const left = await accounts.dataSource.query<unknown[]>("SELECT 1 FROM members WHERE org = $1 AND role = 'owner' AND removed_at IS NULL", [org]);
      expect(left.length).toBeGreaterThan(0);
    }
  }, 60_000);

  it('records who removed whom, and who ended what', async () => {
    const { owner } = management;
    const user = await newcomer('logged@example.com', 'admin');
    expect((await call('POST', `/v1/members/${user}/revoke`, owner)).status).toBe(200);
    expect((await call('DELETE', `/v1/members/${user}`, owner)).status).toBe(200);
    expect((await management.audited('member.revoked')).at(-1)).toMatchObject({ actor: { id: owner.sub }, target: { id: user } });
    expect((await management.audited('member.removed')).at(-1)).toMatchObject({ actor: { id: owner.sub }, target: { id: user } });
  });
});
