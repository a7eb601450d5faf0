import type { MemberRecord } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { Management, outcome, type Answer, type Claims } from './support/management.ts';

describe('the API of projects and folders', () => {
  let management: Management;

  beforeAll(async () => {
    management = await Management.start();
  }, 60_000);
  afterAll(() => management.close());

  const call: Management['call'] = (...args) => management.call(...args);
  const server = (more: Record<string, unknown>) => ({ org: 'acme', name: 'S', url: 'https://mcp.example.com/', ...more });

  verifies('I10', 'a project is created, shown, renamed and deleted, and its slug is not used again', async () => {
    const { deputy, member, accounts } = management;
    const created = await call('POST', '/v1/projects', deputy, { slug: 'next', name: 'Next' });
    expect([created.status, created.body]).toEqual([201, { org: 'acme', slug: 'next', name: 'Next', role: 'admin', createdAt: expect.any(String) }]);
    expect((await call('PATCH', '/v1/projects/next', deputy, { name: 'The next one' })).body.name).toBe('The next one');
    const shown = await call('GET', '/v1/projects/next', member);
    expect([shown.status, shown.body]).toEqual([200, { org: 'acme', slug: 'next', name: 'The next one', createdAt: expect.any(String) }]);
    expect((await call('PATCH', `/v1/members/${member.sub}`, deputy, { projects: { next: 'viewer' } })).status).toBe(200);

    const deleted = await call('DELETE', '/v1/projects/next', deputy);
    expect([deleted.status, deleted.body]).toEqual([200, { slug: 'next', deletedAt: expect.any(String), consistency: `feed.identity.member.${member.sub}@3` }]);
    // The role in it goes with it, or a member record would name what is no more.
    expect((await accounts.outbox<MemberRecord>(`feed.identity.member.${member.sub}`))?.record.memberships[0]?.projects).toEqual({ lab: 'admin', prod: 'contributor' });
    expect(outcome(await call('GET', '/v1/projects/next', deputy))).toEqual([404, 'not_found']);
    expect((await call('GET', '/v1/projects', deputy)).body.items.map(({ slug }) => slug)).not.toContain('next');
    expect(outcome(await call('DELETE', '/v1/projects/next', deputy))).toEqual([404, 'not_found']);
    expect(outcome(await call('POST', '/v1/projects', deputy, { slug: 'next', name: 'Again' }))).toEqual([409, 'conflict']);
    expect(outcome(await call('PATCH', `/v1/members/${member.sub}`, deputy, { projects: { next: 'viewer' } }))).toEqual([400, 'invalid_request']);
    expect(outcome(await call('POST', '/v1/servers', deputy, server({ project: 'next', slug: 'late' })))).toEqual([404, 'not_found']);
    for (const action of ['project.created', 'project.renamed', 'project.deleted']) {
      expect((await management.audited(action)).at(-1)).toMatchObject({ org: 'acme', actor: { id: deputy.sub }, target: { kind: 'project', id: 'next' } });
    }
  });

  verifies('I10', 'a folder is created, listed, renamed and deleted by who looks after the servers of its project', async () => {
    const { member } = management;
    const created = await call('POST', '/v1/projects/lab/folders', member, { slug: 'tools', name: 'Tools' });
    expect([created.status, created.body]).toEqual([201, { project: 'lab', slug: 'tools', name: 'Tools', createdAt: expect.any(String) }]);
    expect(outcome(await call('POST', '/v1/projects/lab/folders', member, { slug: 'tools', name: 'Twice' }))).toEqual([409, 'conflict']);
    expect((await call('PATCH', '/v1/projects/lab/folders/tools', member, { name: 'All tools' })).body.name).toBe('All tools');
    expect((await call('GET', '/v1/projects/lab/folders', member)).body).toMatchObject({ items: [{ slug: 'tools', name: 'All tools' }], nextCursor: null });

    expect(outcome(await call('POST', '/v1/servers', member, server({ project: 'lab', folder: 'absent', slug: 'placed' })))).toEqual([404, 'not_found']);
    expect((await call('POST', '/v1/servers', member, server({ project: 'lab', folder: 'tools', slug: 'placed' }))).body).toMatchObject({ folder: 'tools' });
    expect(outcome(await call('DELETE', '/v1/projects/lab/folders/tools', member))).toEqual([409, 'conflict']);
    expect(outcome(await call('DELETE', '/v1/projects/lab', management.owner))).toEqual([409, 'conflict']);
    expect((await call('DELETE', '/v1/servers/placed', member)).status).toBe(200);
    expect((await call('DELETE', '/v1/projects/lab/folders/tools', member)).body).toEqual({ slug: 'tools', deletedAt: expect.any(String) });
    expect(outcome(await call('DELETE', '/v1/projects/lab/folders/tools', member))).toEqual([404, 'not_found']);
    expect(outcome(await call('POST', '/v1/projects/lab/folders', member, { slug: 'tools', name: 'Back' }))).toEqual([409, 'conflict']);
    expect((await call('GET', '/v1/projects/lab/folders', member)).body.items).toEqual([]);
    for (const action of ['folder.created', 'folder.renamed', 'folder.deleted']) {
      expect((await management.audited(action))[0]).toMatchObject({ actor: { id: member.sub }, target: { kind: 'folder', id: 'tools' }, details: { project: 'lab' } });
    }
    expect((await management.audited('server.registered')).at(-1)).toMatchObject({ target: { kind: 'server', id: 'placed' }, details: { project: 'lab', folder: 'tools' } });
    expect((await management.audited('server.deleted')).at(-1)).toMatchObject({ target: { kind: 'server', id: 'placed' } });
  });

  it('walks folders page by page', async () => {
    for (let index = 0; index < 5; index++) await call('POST', '/v1/projects/prod/folders', management.owner, { slug: `page-${index}`, name: 'x' });
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: Answer = await call('GET', `/v1/projects/prod/folders?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`, management.owner);
      seen.push(...body.items.map((item) => item.slug));
      cursor = body.nextCursor;
    }
    expect(seen.sort()).toEqual(['page-0', 'page-1', 'page-2', 'page-3', 'page-4']);
  });

  verifies('I10', 'without the scope, without the role, and from another tenant, none of it is done', async () => {
    const { owner, member, stranger } = management;
    const requests: [string, string, unknown?][] = [
      ['POST', '/v1/projects', { org: 'acme', slug: 'intruder', name: 'x' }],
      ['PATCH', '/v1/projects/lab', { name: 'x' }],
      ['DELETE', '/v1/projects/lab'],
      ['POST', '/v1/projects/lab/folders', { slug: 'intruder', name: 'x' }],
      ['PATCH', '/v1/projects/lab/folders/kept', { name: 'x' }],
      ['DELETE', '/v1/projects/lab/folders/kept'],
      ['GET', '/v1/projects/lab'],
      ['GET', '/v1/projects/lab/folders'],
    ];
    expect((await call('POST', '/v1/projects/lab/folders', owner, { slug: 'kept', name: 'x' })).status).toBe(201);
    for (const [method, path, body] of requests) {
      expect([path, ...outcome(await call(method, path, { ...owner, scope: 'keys:read' }, body))]).toEqual([path, 403, 'insufficient_scope']);
      expect([path, ...outcome(await call(method, path, stranger, body))]).toEqual([path, 404, 'not_found']);
    }
    const prod = requests.map(([method, path, body]) => [method, path.replace('lab', 'prod'), body] as const);
    for (const [method, path, body] of prod.slice(0, 4)) expect([path, ...outcome(await call(method, path, member, body))]).toEqual([path, 403, 'insufficient_role']);
    // Both tenants have a project of this name: the other's folders are not in it.
    expect((await call('GET', '/v1/projects/prod/folders', stranger)).body.items).toEqual([]);
    for (const path of ['/v1/projects/%00', '/v1/projects/lab/folders/%00']) expect(outcome(await call('DELETE', path, owner))).toEqual([404, 'not_found']);
  });

  describe('who is what in a project', () => {
    let colleague: string;
    beforeAll(async () => {
      colleague = (await management.accounts.createUser('colleague@example.com')).id;
      await management.accounts.addMember({ userId: colleague, org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    });
    const give = (caller: Claims, role: string, { project = 'lab', user = colleague } = {}) => call('PUT', `/v1/projects/${project}/members/${user}`, caller, { role });
    const take = (caller: Claims, { project = 'lab', user = colleague } = {}) => call('DELETE', `/v1/projects/${project}/members/${user}`, caller);

    verifies('I10', 'is said by its administrators; the gateways hear of it, and the log', async () => {
      const { member, accounts } = management;
      const given = await give(member, 'contributor');
      expect([given.status, given.body]).toEqual([200, expect.objectContaining({ user: colleague, role: 'member', projects: { lab: 'contributor', prod: 'viewer' }, consistency: expect.any(String) })]);
      expect((await accounts.outbox<MemberRecord>(`feed.identity.member.${colleague}`))?.record.memberships[0]?.projects).toEqual({ lab: 'contributor', prod: 'viewer' });
      const listed = await call('GET', '/v1/projects/lab/members', member);
      expect(listed.body.items.map(({ user }) => user)).toEqual(expect.arrayContaining([colleague, member.sub]));
      expect((await give(member, 'admin')).status).toBe(200);
      const hers: Claims = { ...member, sub: colleague, roles: { org: 'member', projects: { lab: 'admin', prod: 'viewer' } } };
      expect((await give(hers, 'contributor', { user: member.sub })).status).toBe(200);
      expect((await give(hers, 'admin', { user: member.sub })).status).toBe(200);
      expect((await take(member)).body).toMatchObject({ projects: { prod: 'viewer' } });
      expect((await management.audited('member.changed')).filter(({ target }) => target?.id === colleague).at(-1)).toMatchObject({
        org: 'acme', actor: { id: member.sub }, details: { projects_before: ['lab:admin', 'prod:viewer'], projects_after: ['prod:viewer'], role_after: 'member' },
      });
      // A key of an owner that is kept to a project is no more than that.
      const kept: Claims = { ...management.owner, roles: { org: 'member', projects: { lab: 'admin' } } };
      expect((await give(kept, 'viewer')).status).toBe(200);
      expect(outcome(await give(kept, 'viewer', { project: 'prod' }))).toEqual([404, 'not_found']);
    });

    verifies('I10', 'is nobody else\'s to say, and reaches no other project, organization, owner or stranger', async () => {
      const { owner, deputy, member, stranger, accounts } = management;
      expect((await give(deputy, 'viewer')).status).toBe(200);
      const outsider = (await accounts.createUser('outsider@example.com')).id;
      const hers: Claims = { ...member, sub: colleague, roles: { org: 'member', projects: { lab: 'viewer', prod: 'viewer' } } };
      const refused: [string, Promise<Answer>, [number, string]][] = [
        ['a project where they contribute', give(member, 'viewer', { project: 'prod' }), [403, 'insufficient_role']],
        ['one that there is none', give(member, 'viewer', { project: 'absent' }), [404, 'not_found']],
        ['no project', give(owner, 'viewer', { project: '%00' }), [404, 'not_found']],
        ['an owner', give(member, 'viewer', { user: owner.sub }), [403, 'insufficient_role']],
        ['nobody of the organization', give(member, 'viewer', { user: outsider }), [404, 'not_found']],
        ['nobody at all', give(member, 'viewer', { user: 'x' }), [404, 'not_found']],
        ['a viewer', give(hers, 'admin'), [403, 'insufficient_role']],
        ['less scope', give({ ...member, scope: 'org:read servers:write' }, 'viewer'), [403, 'insufficient_scope']],
        ['another tenant', give(stranger, 'viewer'), [404, 'not_found']],
        ['another tenant with a project of this name', give(stranger, 'viewer', { project: 'prod' }), [404, 'not_found']],
        ['no role that there is', give(member, 'owner'), [400, 'invalid_request']],
        ['another tenant, taking', take(stranger), [404, 'not_found']],
        ['a viewer, taking', take(hers), [403, 'insufficient_role']],
        ['an assertion that claims more than the tables say', give({ ...hers, roles: { org: 'owner', projects: { lab: 'admin' } } }, 'admin'), [403, 'insufficient_role']],
        ['a member without a role there, reading', call('GET', '/v1/projects/lab/members', stranger), [404, 'not_found']],
      ];
      for (const [who, answer, wanted] of refused) expect([who, ...outcome(await answer)]).toEqual([who, ...wanted]);
      for (const path of ['/v1/orgs/acme', `/v1/members/${colleague}`]) expect(outcome(await call('PATCH', path, member, path.includes('orgs') ? { name: 'x' } : { role: 'admin' }))).toEqual([403, 'insufficient_role']);
    });

    verifies('I10', 'two administrators who dismiss each other at once do not both succeed', async () => {
      const { owner, member } = management;
      for (let round = 0; round < 10; round += 1) {
        await give(owner, 'admin');
        await give(owner, 'admin', { user: member.sub });
        const hers: Claims = { ...member, sub: colleague, roles: { org: 'member', projects: { lab: 'admin', prod: 'viewer' } } };
        const answers = await Promise.all([take(member), take(hers, { user: member.sub })]);
        expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
      }
      await give(owner, 'admin', { user: member.sub });
    });
  });

  it('puts no server into a project or folder that is deleted at the same moment', async () => {
    const { owner, accounts } = management;
    for (let round = 0; round < 10; round++) {
      await call('POST', '/v1/projects', owner, { slug: `race-${round}`, name: 'x' });
      await Promise.all([
        call('DELETE', `/v1/projects/race-${round}`, owner),
        ...Array.from({ length: 9 }, (_, index) => call('POST', '/v1/servers', owner, server({ project: `race-${round}`, slug: `race-${round}-${index}` }))),
      ]);
    }
    const stray = await accounts.dataSource.query(
      'SELECT s.slug FROM servers s JOIN projects p ON p.org = s.org AND p.slug = s.project WHERE s.deleted_at IS NULL AND p.deleted_at IS NOT NULL',
    );
    expect(stray).toEqual([]);
  });
});
