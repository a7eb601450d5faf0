import { resources } from '@latchkey/oauth';
import { verifies } from '@latchkey/testing';
import { gatewayUrl } from './support/accounts.ts';
import { Management, outcome, type Claims } from './support/management.ts';

const managementApi = resources(gatewayUrl).management;

describe('callers of the management API that are no person', () => {
  let management: Management;
  let key: Claims & { sub: string };
  let admin: Claims & { sub: string };
  let viewer: Claims & { sub: string };
  const call: Management['call'] = (...args) => management.call(...args);
  const machine = { org: 'acme', name: 'Nightly', kind: 'machine', scopes: ['org:read', 'org:admin'] };

  /** What a gateway says of a machine's token. */
  async function machineOf(role: 'admin' | 'member', projects: Record<string, 'viewer'> = {}): Promise<Claims & { sub: string }> {
    const { owner } = management;
    const answer = await call('POST', '/v1/oauth-clients', owner, { ...machine, resources: [managementApi], machine: { role, projects } });
    expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
    const sub = answer.body.id as string;
    return { ...owner, sub, client_id: sub, credential: { kind: 'access_token', id: 'jti-of-it' }, roles: { org: role, projects } };
  }

  beforeAll(async () => {
    management = await Management.start();
    const { owner } = management;
    key = { ...owner, sub: 'svc_Ab12Cd34', credential: { kind: 'pat', id: 'Ab12Cd34' }, roles: { org: 'admin', projects: {} } };
    admin = await machineOf('admin');
    viewer = await machineOf('member', { prod: 'viewer' });
  }, 60_000);
  afterAll(() => management.close());

  const lists = ['orgs', 'projects', 'members', 'members/invitations', 'servers', 'audit', 'domains', 'oauth-clients', 'trusted-clients', 'identity-providers', 'trusted-issuers', 'grants'];

  verifies('K2', 'a service key and a machine that administers read all of their organization', async () => {
    for (const caller of [key, admin]) {
      for (const list of lists) expect([list, (await call('GET', `/v1/${list}`, caller)).status]).toEqual([list, 200]);
      expect((await call('GET', '/v1/policies', caller)).status).toBe(200);
      expect((await call('GET', '/v1/orgs', caller)).body.items).toEqual([expect.objectContaining({ slug: 'acme', role: 'admin' })]);
    }
  });

  verifies('K2', 'they change what an administrator may, and the log has their name', async () => {
    for (const [at, caller] of [key, admin].entries()) {
      expect(outcome(await call('POST', '/v1/projects', caller, { org: 'acme', slug: `made-${at}`, name: 'Made' }))).toEqual([201, undefined]);
      expect((await call('POST', `/v1/projects/made-${at}/folders`, caller, { slug: 'f', name: 'F' })).status).toBe(201);
      expect((await call('POST', '/v1/servers', caller, { org: 'acme', project: `made-${at}`, slug: `made-${at}`, name: 'Made', url: 'https://mcp.example/mcp', probe: false })).status).toBe(201);
      expect((await call('PATCH', `/v1/servers/made-${at}`, caller, { name: 'Other' })).status).toBe(200);
      expect((await call('POST', '/v1/domains', caller, { org: 'acme', domain: `made-${at}.com` })).status).toBe(201);
      expect((await call('PATCH', `/v1/members/${management.member.sub}`, caller, { projects: { [`made-${at}`]: 'viewer' } })).status).toBe(200);
      expect((await management.audited('project.created')).at(-1)).toMatchObject({ org: 'acme', actor: { id: caller.sub }, credential: caller.credential });
      const trusted = await call('POST', '/v1/trusted-clients', caller, { org: 'acme', host: `made-${at}.example` });
      expect([trusted.status, trusted.body.addedBy]).toEqual([201, null]);
      const client = await call('POST', '/v1/oauth-clients', caller, { org: 'acme', name: 'App', kind: 'public', scopes: ['mcp:read'], redirectUris: ['https://app.example/cb'] });
      expect([client.status, client.body.createdBy, client.body.trusted]).toEqual([201, null, true]);
      expect((await call('DELETE', `/v1/oauth-clients/${String(client.body.id)}`, caller)).status).toBe(200);
    }
    const { revision } = (await call('GET', '/v1/policies', key)).body;
    expect((await call('PATCH', '/v1/policies', key, { org: 'acme', revision, policy: { mfaRequired: false } })).status).toBe(200);
  });

  verifies('K2', 'nothing of it is an owner\'s', async () => {
    const { owner } = management;
    for (const caller of [key, admin]) {
      expect(outcome(await call('DELETE', '/v1/orgs/acme', caller))).toEqual([403, 'insufficient_role']);
      expect(outcome(await call('POST', '/v1/orgs/acme/revoke', caller))).toEqual([403, 'insufficient_role']);
      expect(outcome(await call('PATCH', `/v1/members/${owner.sub}`, caller, { role: 'member' }))).toEqual([403, 'insufficient_role']);
      expect(outcome(await call('PATCH', `/v1/members/${management.member.sub}`, caller, { role: 'owner' }))).toEqual([403, 'insufficient_role']);
      expect(outcome(await call('DELETE', `/v1/members/${owner.sub}`, caller))).toEqual([403, 'insufficient_role']);
      const issuer = { org: 'acme', issuer: 'https://issuer.example', jwksUri: 'https://issuer.example/jwks', clients: ['app-x'] };
      expect(outcome(await call('POST', '/v1/trusted-issuers', caller, issuer))).toEqual([403, 'insufficient_role']);
      // A gateway that said more than that would not be believed.
      expect(outcome(await call('POST', '/v1/orgs/acme/revoke', { ...caller, roles: { org: 'owner', projects: {} } }))).toEqual([403, 'insufficient_role']);
    }
  });

  verifies(['K2', 'I10'], 'another organization is not there for them, whatever its name is', async () => {
    const { stranger } = management;
    for (const caller of [key, admin, viewer]) {
      for (const path of ['/v1/orgs/rival', '/v1/projects?org=rival', '/v1/members?org=rival', '/v1/servers?org=rival', '/v1/audit?org=rival', '/v1/policies?org=rival', '/v1/oauth-clients?org=rival', '/v1/domains?org=rival']) {
        expect([path, ...outcome(await call('GET', path, caller))]).toEqual([path, 404, 'not_found']);
      }
      expect(outcome(await call('POST', '/v1/projects', caller, { org: 'rival', slug: 'taken', name: 'Taken' }))).toEqual([404, 'not_found']);
      expect(outcome(await call('PATCH', `/v1/members/${stranger.sub}`, { ...caller, roles: { org: 'admin', projects: {} } }, { role: 'member' }))[0]).not.toBe(200);
    }
    // A machine is of one organization, and a token that names another is no token of it.
    for (const caller of [admin, viewer]) expect(outcome(await call('GET', '/v1/projects', { ...caller, org: 'rival' }))).toEqual([404, 'not_found']);
    expect(outcome(await call('GET', '/v1/projects', { ...key, org: 'nowhere' }))).toEqual([404, 'not_found']);
    // Nor is another key's name, or one that is like it.
    for (const sub of ['svc_Zz99Zz99', 'svc_Ab12Cd34x', 'svc-Ab12Cd34', `app-${'0'.repeat(32)}`, 'https://app.example/client']) {
      expect([sub, ...outcome(await call('GET', '/v1/projects', { ...key, sub }))]).toEqual([sub, 404, 'not_found']);
    }
  });

  verifies('K2', 'a key that is kept to a project, or whose assertion names no role, administers nothing else', async () => {
    const narrow = { ...key, roles: { org: 'member', projects: { prod: 'admin' } } } as const;
    expect((await call('GET', '/v1/projects', narrow)).status).toBe(200);
    expect(outcome(await call('POST', '/v1/projects', narrow, { org: 'acme', slug: 'nope', name: 'Nope' }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('POST', '/v1/projects', { ...key, roles: undefined }, { org: 'acme', slug: 'nope', name: 'Nope' }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('POST', '/v1/projects', { ...key, scope: 'org:read' }, { org: 'acme', slug: 'nope', name: 'Nope' }))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('GET', '/v1/projects/lab/folders', narrow))).toEqual([404, 'not_found']);
  });

  verifies('AS-82', 'a machine is exactly what it was registered as, at every call', async () => {
    const { owner } = management;
    expect((await call('GET', '/v1/projects/prod/folders', viewer)).status).toBe(200);
    expect(outcome(await call('GET', '/v1/projects/lab/folders', viewer))).toEqual([404, 'not_found']);
    expect(outcome(await call('POST', '/v1/projects', { ...viewer, roles: { org: 'admin', projects: {} } }, { org: 'acme', slug: 'nope', name: 'Nope' }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('POST', '/v1/projects/prod/folders', viewer, { slug: 'g', name: 'G' }))).toEqual([403, 'insufficient_role']);
    const short = await machineOf('admin');
    expect((await call('PATCH', `/v1/oauth-clients/${short.sub}`, owner, { machine: { role: 'member' } })).status).toBe(200);
    expect(outcome(await call('POST', '/v1/projects', short, { org: 'acme', slug: 'nope', name: 'Nope' }))).toEqual([403, 'insufficient_role']);
    expect((await call('DELETE', `/v1/oauth-clients/${short.sub}`, owner)).status).toBe(200);
    expect(outcome(await call('GET', '/v1/projects', short))).toEqual([404, 'not_found']);
  });

  verifies(['AS-82', 'K2'], 'neither gives a machine what its own credential lacks', async () => {
    const more = { ...machine, scopes: ['mcp:execute'], resources: [managementApi], machine: { role: 'member' } };
    for (const caller of [key, admin]) expect(outcome(await call('POST', '/v1/oauth-clients', caller, more))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('PATCH', `/v1/oauth-clients/${admin.sub}`, admin, { scopes: ['mcp:execute'] }))).toEqual([403, 'insufficient_scope']);
  });

  verifies('K2', 'what belongs to a person is refused with the reason', async () => {
    const id = '3b241101-e2bb-4255-8caf-4136c566a962';
    const theirs: [string, string, unknown?][] = [
      ['GET', '/v1/sessions'], ['DELETE', '/v1/sessions'], ['DELETE', '/v1/sessions/x'],
      ['GET', '/v1/grants/remembered'], ['DELETE', `/v1/grants/remembered/${id}`], ['GET', '/v1/audit?target=me'],
      ['POST', '/v1/orgs', { slug: 'of-nobody', name: 'Of nobody' }],
      ['POST', '/v1/members/invitations', { org: 'acme', email: 'new@example.com' }], ['POST', `/v1/members/invitations/${id}/resend`],
    ];
    for (const caller of [key, admin]) {
      for (const [method, path, body] of theirs) {
        const answer = await call(method, path, caller, body);
        expect([path, ...outcome(answer), answer.body.detail]).toEqual([path, 403, 'insufficient_role', expect.stringContaining('A service key and a machine are no person.')]);
      }
    }
    for (const [method, path] of [['GET', '/v1/grants'], ['GET', '/v1/grants/x'], ['DELETE', '/v1/grants/x']] as const) {
      expect([path, ...outcome(await call(method, path, { ...viewer, scope: 'org:read keys:write' }))]).toEqual([path, 403, 'insufficient_role']);
    }
    expect(outcome(await call('POST', '/v1/oauth-clients', viewer, { org: 'acme', name: 'App', kind: 'public', scopes: ['mcp:read'], redirectUris: ['https://app.example/cb'] }))).toEqual([403, 'insufficient_role']);
    expect((await call('GET', '/v1/audit?actor=me', viewer)).status).toBe(200);
  });
});
