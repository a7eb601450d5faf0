import { identityHeader, type IdentityAssertionClaims, type MemberRecord } from '@latchkey/contracts';
import { requireDescribed } from '@latchkey/service/testing';
import { verifies } from '@latchkey/testing';
import { exportJWK, generateKeyPair } from 'jose';
import { admin, gatewayUrl, registerClient, startAccounts, type Accounts } from './support/accounts.ts';
import { post } from './support/client.ts';

interface Answer {
  status: number;
  body: Record<string, unknown> & { items: Record<string, unknown>[]; nextCursor: string | null };
}

const outcome = ({ status, body }: Answer) => [status, body.code];
const demo = `${gatewayUrl}/mcp/tickets`;

describe('clients of an organization', () => {
  let accounts: Accounts;
  let owner: Partial<IdentityAssertionClaims>;
  let member: Partial<IdentityAssertionClaims>;
  let stranger: Partial<IdentityAssertionClaims>;

  const all = 'keys:read keys:write servers:write org:read org:admin mcp:read mcp:execute';
  const web = { org: 'acme', name: 'Web app', kind: 'confidential', redirectUris: ['https://app.example/callback'], scopes: ['mcp:read', 'mcp:execute'] };
  const machine = { org: 'acme', name: 'Nightly job', kind: 'machine', scopes: ['mcp:read'], resources: [demo], machine: { projects: { prod: 'viewer' } } };

  beforeAll(async () => {
    accounts = await startAccounts();
    await accounts.identity.seed.server({ org: 'acme', project: 'prod', slug: 'tickets', name: 'Tickets', url: 'https://mcp.example.com/mcp' });
    const base = { iss: gatewayUrl, aud: accounts.issuer, scope: all };
    const someone = await accounts.createUser('member@example.com');
    await accounts.addMember({ userId: someone.id, org: 'acme', role: 'member', projects: { prod: 'contributor' } });
    const other = await accounts.createUser('other@example.com');
    await accounts.createOrg('rival', other.id);
    await accounts.createProject('rival', 'prod');
    await accounts.identity.seed.server({ org: 'rival', project: 'prod', slug: 'secret', name: 'Secret', url: 'https://mcp.example.com/mcp' });
    owner = { ...base, sub: await accounts.userId(admin.email), org: 'acme', roles: { org: 'owner', projects: {} } };
    member = { ...base, sub: someone.id, org: 'acme', roles: { org: 'member', projects: { prod: 'contributor' } } };
    stranger = { ...base, sub: other.id, org: 'rival', roles: { org: 'owner', projects: {} } };
  }, 60_000);
  afterAll(() => accounts.close());

  async function call(method: string, path: string, caller: Partial<IdentityAssertionClaims>, body?: unknown): Promise<Answer> {
    const response = await fetch(`${accounts.issuer}${path}`, {
      method,
      headers: { [identityHeader]: await accounts.asserter.sign(caller), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = { status: response.status, body: (await response.json()) as Answer['body'] };
    requireDescribed({ method, path, ...answer });
    return answer;
  }

  async function registered(input: Record<string, unknown> = web, caller = owner): Promise<Record<string, unknown> & { id: string; clientSecret: string }> {
    const { status, body } = await call('POST', '/v1/oauth-clients', caller, input);
    if (status !== 201) throw new Error(`${status}: ${JSON.stringify(body)}`);
    return body as unknown as Record<string, unknown> & { id: string; clientSecret: string };
  }

  const policy = (value: object) =>
    accounts.dataSource.query(
      `INSERT INTO organization_policies (org, policy, revision) VALUES ('acme', $1, 1) ON CONFLICT (org) DO UPDATE SET policy = excluded.policy`,
      [JSON.stringify(value)],
    );

  const audited = async (id: string): Promise<string[]> =>
    (await accounts.dataSource.query<{ action: string }[]>("SELECT action FROM audit_events WHERE event->'target'->>'id' = $1 ORDER BY received_at", [id])).map(({ action }) => action);

  /** Whether the token endpoint takes the client's word for who it is: it then has something to say about the code. */
  const authenticates = async (id: string, secret: string): Promise<boolean> => {
    const { body } = await post(accounts.issuer, '/oauth/token', { grant_type: 'authorization_code', code: 'x', code_verifier: 'x'.repeat(43), redirect_uri: 'https://app.example/callback' }, { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });
    return body.error === 'invalid_grant';
  };

  verifies('I4', 'a confidential client is registered; its secret is shown once, and stored as a hash', async () => {
    const { clientSecret, ...client } = await registered();
    expect(client).toEqual({
      id: expect.stringMatching(/^app-[0-9a-f]{32}$/), org: 'acme', name: 'Web app', kind: 'confidential', origin: 'registered', authMethod: 'client_secret_basic',
      redirectUris: web.redirectUris, scopes: web.scopes, resources: null, machine: null, jwksUri: null, previousSecretUntil: null, trusted: true,
      createdBy: owner.sub, createdAt: expect.stringMatching(/Z$/), lastUsedAt: null,
    });
    expect(clientSecret).toMatch(/^[A-Za-z0-9_-]{86}$/);
    expect((await call('GET', `/v1/oauth-clients/${client.id}`, owner)).body).toEqual(client);
    expect((await call('GET', '/v1/oauth-clients', owner)).body.items).toContainEqual(client);
    const [row] = await accounts.dataSource.query<{ text: string }[]>('SELECT clients::text AS text FROM clients WHERE id = $1', [client.id]);
    expect(row!.text).not.toContain(clientSecret);
    expect([await authenticates(client.id, clientSecret), await authenticates(client.id, 'guess')]).toEqual([true, false]);
    expect(await audited(client.id)).toEqual(['client.registered']);
  });

  verifies('I4', 'kinds and methods: public without a secret, post, and keys of its own', async () => {
    const keys = { keys: [{ ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey)), kid: 'k', use: 'sig', alg: 'ES256' }] };
    const open = await registered({ ...web, kind: 'public' });
    expect([open.authMethod, open.clientSecret]).toEqual(['none', undefined]);
    const posting = await registered({ ...web, authMethod: 'client_secret_post' });
    expect([posting.authMethod, typeof posting.clientSecret]).toEqual(['client_secret_post', 'string']);
    const signing = await registered({ ...web, authMethod: 'private_key_jwt', jwks: keys });
    expect([signing.authMethod, signing.clientSecret]).toEqual(['private_key_jwt', undefined]);
    const remote = await registered({ ...web, authMethod: 'private_key_jwt', jwksUri: 'https://app.example/jwks' });
    expect(remote.jwksUri).toBe('https://app.example/jwks');
  });

  const bad: [string, Record<string, unknown>][] = [
    ['no redirect', { ...web, redirectUris: undefined }],
    ['a redirect with a fragment', { ...web, redirectUris: ['https://app.example/#x'] }],
    ['a script for a redirect', { ...web, redirectUris: ['javascript:alert(1)'] }],
    ['http to a host', { ...web, redirectUris: ['http://app.example/cb'] }],
    ['an unknown scope', { ...web, scopes: ['everything'] }],
    ['no scope', { ...web, scopes: [] }],
    ['a foreign resource', { ...web, resources: ['https://elsewhere.example/mcp'] }],
    ['another tenant\'s server', { ...web, resources: [`${gatewayUrl}/mcp/secret`] }],
    ['a public client with a secret', { ...web, kind: 'public', authMethod: 'client_secret_basic' }],
    ['a confidential one without', { ...web, authMethod: 'none' }],
    ['client_secret_jwt', { ...web, authMethod: 'client_secret_jwt' }],
    ['private_key_jwt without keys', { ...web, authMethod: 'private_key_jwt' }],
    ['keys without private_key_jwt', { ...web, jwksUri: 'https://app.example/jwks' }],
    ['keys over http', { ...web, authMethod: 'private_key_jwt', jwksUri: 'http://app.example/jwks' }],
    ['keys at a private address', { ...web, authMethod: 'private_key_jwt', jwksUri: 'https://169.254.169.254/jwks' }],
    ['keys at a local name', { ...web, authMethod: 'private_key_jwt', jwksUri: 'https://localhost/jwks' }],
    ['a private key', { ...web, authMethod: 'private_key_jwt', jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' }] } }],
    ['a symmetric key', { ...web, authMethod: 'private_key_jwt', jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }],
    ['a machine with a redirect', { ...machine, redirectUris: ['https://app.example/cb'] }],
    ['a machine without a resource', { ...machine, resources: undefined }],
    ['a machine that proves nothing', { ...machine, authMethod: 'none' }],
    ['a machine that owns the organization', { ...machine, machine: { role: 'owner' } }],
    ['a machine with a role in a project that there is none', { ...machine, machine: { role: 'member', projects: { prod: 'viewer', nope: 'viewer' } } }],
    ['a role for what is no machine', { ...web, machine: { role: 'member' } }],
    ['a name with a line end', { ...web, name: 'a\nb' }],
    ['a member that nobody knows', { ...web, privileged: true }],
    ['a grant of one\'s own choice', { ...web, grant_types: ['client_credentials'] }],
  ];
  it.each(bad)('[I4] refuses %s', async (_what, input) => {
    expect(outcome(await call('POST', '/v1/oauth-clients', owner, input))).toEqual([400, 'invalid_request']);
  });

  it.each(['\0', '\ud800', '\udc00'])('[I4] refuses keys with what no table can hold: %j', async (character) => {
    const key = { ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey)), kid: 'k' };
    const signing = { ...web, authMethod: 'private_key_jwt' };
    const inputs = [
      { resources: [`http://localhost:8080/mcp/${character}`] }, { jwksUri: `https://app.example/${character}` }, { jwks: { keys: [{ ...key, kid: character }] } }, { jwks: { keys: [{ ...key, [character]: 'x' }] } },
      { jwks: { keys: [{ ...key, x5c: [character] }] } }, { jwks: { keys: [{ ...key, more: { deep: `a\\${character}` } }] } },
    ];
    const { id } = await registered({ ...signing, jwks: { keys: [{ ...key, kid: '\\u0000 \u{1f511}' }] } });
    for (const input of inputs) {
      expect([input, ...outcome(await call('POST', '/v1/oauth-clients', owner, { ...signing, ...input }))]).toEqual([input, 400, 'invalid_request']);
      expect([input, ...outcome(await call('PATCH', `/v1/oauth-clients/${id}`, owner, input))]).toEqual([input, 400, 'invalid_request']);
    }
  });

  verifies(['I4', 'AS-82'], 'a machine has fixed scopes, resources and role, and the gateways know it as a member', async () => {
    const made = await registered(machine);
    expect(made).toMatchObject({ kind: 'machine', machine: { role: 'member', projects: { prod: 'viewer' } }, scopes: ['mcp:read'], resources: [demo], redirectUris: [] });
    const subject = `feed.identity.member.${made.id}`;
    expect(made.consistency).toBe(`${subject}@1`);
    expect((await accounts.outbox<MemberRecord>(subject))?.record).toEqual({ kind: 'member', user: made.id, memberships: [{ org: 'acme', role: 'member', projects: { prod: 'viewer' }, epoch: null }] });
    const changed = await call('PATCH', `/v1/oauth-clients/${made.id}`, owner, { machine: { role: 'admin' } });
    expect([changed.status, changed.body.consistency]).toEqual([200, `${subject}@2`]);
    expect(outcome(await call('PATCH', `/v1/oauth-clients/${made.id}`, owner, { resources: null }))).toEqual([400, 'invalid_request']);
    expect((await call('PATCH', `/v1/oauth-clients/${made.id}`, owner, { machine: { projects: { nope: 'viewer' } } })).body).toMatchObject({ status: 400, detail: 'machine.projects.nope: there is no such project' });
    const deleted = await call('DELETE', `/v1/oauth-clients/${made.id}`, owner);
    expect(deleted.status).toBe(200);
    expect((await accounts.outbox<MemberRecord>(subject))?.record.memberships).toEqual([]);
  });

  verifies('AS-82', 'a machine is made by who may give roles, and gets no more than the credential that makes it', async () => {
    const narrow = { ...owner, scope: 'keys:write mcp:read org:read' };
    expect(outcome(await call('POST', '/v1/oauth-clients', narrow, machine))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('POST', '/v1/oauth-clients', { ...owner, scope: 'org:admin keys:write' }, machine))).toEqual([403, 'insufficient_scope']);
    await policy({ clientRegistration: 'members' });
    expect(outcome(await call('POST', '/v1/oauth-clients', member, machine))).toEqual([403, 'insufficient_role']);
    await policy({});
    const made = await registered(machine);
    expect(outcome(await call('PATCH', `/v1/oauth-clients/${made.id}`, { ...owner, scope: 'org:admin keys:write' }, { scopes: ['mcp:execute'] }))).toEqual([403, 'insufficient_scope']);
    for (const [method, path] of [['DELETE', ''], ['POST', '/rotate-secret']] as const) {
      expect(outcome(await call(method, `/v1/oauth-clients/${made.id}${path}`, narrow, method === 'POST' ? { graceSeconds: 0 } : undefined))).toEqual([403, 'insufficient_scope']);
    }
  });

  verifies('AS-82', 'a key touches no machine that may more than itself, in any way but to remove it; a person with a program is bound by the role', async () => {
    const administers = 'org:admin keys:write';
    const key = { ...owner, scope: administers };
    const program = { ...owner, scope: administers, credential: { kind: 'access_token' as const, id: 'jti-1' } };
    const made = await registered(machine);
    const path = `/v1/oauth-clients/${made.id}`;
    const { publicKey } = await generateKeyPair('ES256');
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] };
    for (const body of [{ name: 'Mine' }, { jwks }, { machine: { role: 'admin' } }, { resources: [demo] }, { scopes: ['mcp:execute'] }]) expect([body, ...outcome(await call('PATCH', path, key, body))]).toEqual([body, 403, 'insufficient_scope']);
    expect(outcome(await call('POST', `${path}/rotate-secret`, key, { graceSeconds: 0 }))).toEqual([403, 'insufficient_scope']);
    expect((await call('POST', `${path}/rotate-secret`, { ...key, scope: `${administers} mcp:read` }, { graceSeconds: 0 })).status).toBe(201);

    const other = await call('POST', '/v1/oauth-clients', program, { ...machine, name: 'By a program' });
    expect(other.status).toBe(201);
    expect((await call('PATCH', `/v1/oauth-clients/${String(other.body['id'])}`, program, { scopes: ['mcp:execute'] })).status).toBe(200);
    expect((await call('POST', `/v1/oauth-clients/${String(other.body['id'])}/rotate-secret`, program, { graceSeconds: 0 })).status).toBe(201);
    expect(outcome(await call('POST', '/v1/oauth-clients', { ...program, scope: 'keys:write' }, machine))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('POST', '/v1/oauth-clients', { ...program, sub: member.sub!, roles: member.roles! }, machine))).toEqual([403, 'insufficient_role']);
    expect((await call('DELETE', path, key)).status).toBe(200);
  });

  verifies('I4', 'the secret rotates: the one before is taken for the grace, an older one not', async () => {
    const { id, clientSecret: first } = await registered();
    const rotate = (graceSeconds: number) => call('POST', `/v1/oauth-clients/${id}/rotate-secret`, owner, { graceSeconds });
    const second = (await rotate(3600)).body;
    expect(Date.parse(second.previousSecretUntil as string)).toBeGreaterThan(Date.now() + 3_500_000);
    expect([await authenticates(id, first), await authenticates(id, second.clientSecret as string)]).toEqual([true, true]);
    await accounts.dataSource.query("UPDATE clients SET previous_secret_until = now() - interval '1 second' WHERE id = $1", [id]);
    expect(await authenticates(id, first)).toBe(false);
    expect((await call('GET', `/v1/oauth-clients/${id}`, owner)).body.previousSecretUntil).toBeNull();
    const third = (await rotate(604_800)).body;
    // Without a body too, as every other secret.
    const fourth = (await call('POST', `/v1/oauth-clients/${id}/rotate-secret`, owner)).body;
    expect(fourth.previousSecretUntil).toBeNull();
    const each = [first, second.clientSecret, third.clientSecret, fourth.clientSecret].map((secret) => authenticates(id, secret as string));
    expect(await Promise.all(each)).toEqual([false, false, false, true]);
    expect(await audited(id)).toEqual(['client.registered', ...Array<string>(3).fill('client.secret_rotated')]);
    expect(outcome(await rotate(604_801))).toEqual([400, 'invalid_request']);
    const open = await registered({ ...web, kind: 'public' });
    expect(outcome(await call('POST', `/v1/oauth-clients/${open.id}/rotate-secret`, owner, { graceSeconds: 0 }))).toEqual([409, 'conflict']);
  });

  verifies('I4', 'of rotations at once every one gives a secret, and two of them live', async () => {
    const { id } = await registered();
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('POST', `/v1/oauth-clients/${id}/rotate-secret`, owner, { graceSeconds: 60 })));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    const good = await Promise.all(answers.map(({ body }) => authenticates(id, body.clientSecret as string)));
    expect(good.filter(Boolean)).toHaveLength(2);
  });

  verifies('I4', 'name and redirects change; what is taken away ends its access tokens by one record', async () => {
    const { id } = await registered({ ...web, resources: [`${demo}/`] });
    const { body } = await call('PATCH', `/v1/oauth-clients/${id}`, owner, { name: 'Renamed', redirectUris: ['https://app.example/other'] });
    expect(body).toMatchObject({ name: 'Renamed', redirectUris: ['https://app.example/other'], resources: [demo] });
    expect(body).not.toHaveProperty('consistency');
    const narrower = await call('PATCH', `/v1/oauth-clients/${id}`, owner, { scopes: ['mcp:read'] });
    expect(narrower.body).toMatchObject({ scopes: ['mcp:read'], consistency: `feed.identity.client.${id}@1` });
    expect((await accounts.outbox(`feed.identity.client.${id}`))?.record).toEqual({ kind: 'client', id, disabled: false, epoch: expect.any(Number) });
    expect((await call('PATCH', `/v1/oauth-clients/${id}`, owner, { resources: null })).body).not.toHaveProperty('consistency');
    for (const wrong of [{}, { redirectUris: ['javascript:x'] }, { resources: [`${gatewayUrl}/mcp/secret`] }, { jwksUri: 'https://a.example/jwks' }, { kind: 'public' }, { org: 'rival' }, { machine: { role: 'admin' } }]) {
      expect(outcome(await call('PATCH', `/v1/oauth-clients/${id}`, owner, wrong))).toEqual([400, 'invalid_request']);
    }
    expect(await audited(id)).toEqual(['client.registered', 'client.updated', 'client.updated', 'client.updated']);
  });

  verifies('I4', 'a deleted client is gone: not shown, not authenticated, its tokens dead by a record', async () => {
    const { id, clientSecret } = await registered();
    const deleted = await call('DELETE', `/v1/oauth-clients/${id}`, owner);
    expect(deleted.body).toEqual({ id, deletedAt: expect.stringMatching(/Z$/), consistency: `feed.identity.client.${id}@1` });
    expect((await accounts.outbox(`feed.identity.client.${id}`))?.record).toMatchObject({ disabled: true });
    expect(await authenticates(id, clientSecret)).toBe(false);
    for (const [method, path, body] of [['GET', ''], ['DELETE', ''], ['PATCH', '', { name: 'x' }], ['POST', '/rotate-secret', { graceSeconds: 0 }]] as const) {
      expect(outcome(await call(method, `/v1/oauth-clients/${id}${path}`, owner, body))).toEqual([404, 'not_found']);
    }
    expect(await audited(id)).toEqual(['client.registered', 'client.deleted']);
  });

  verifies('I4', 'another tenant finds no client, by any operation', async () => {
    const { id } = await registered();
    for (const [method, path, body] of [['GET', ''], ['DELETE', ''], ['PATCH', '', { name: 'x' }], ['POST', '/rotate-secret', { graceSeconds: 0 }]] as const) {
      expect(outcome(await call(method, `/v1/oauth-clients/${id}${path}`, stranger, body))).toEqual([404, 'not_found']);
    }
    expect((await call('GET', '/v1/oauth-clients', stranger)).body.items).toEqual([]);
    expect(outcome(await call('GET', '/v1/oauth-clients?org=acme', stranger))).toEqual([404, 'not_found']);
    expect(outcome(await call('POST', '/v1/oauth-clients', stranger, web))).toEqual([404, 'not_found']);
    expect((await call('GET', `/v1/oauth-clients/${id}`, owner)).status).toBe(200);
  });

  verifies('I4', 'a credential without the scope is refused, by any operation', async () => {
    const { id } = await registered();
    const poor = { ...owner, scope: 'keys:read' };
    for (const [method, path, body] of [['GET', ''], ['GET', `/${id}`], ['POST', '', web], ['DELETE', `/${id}`], ['PATCH', `/${id}`, { name: 'x' }], ['POST', `/${id}/rotate-secret`, { graceSeconds: 0 }]] as const) {
      expect(outcome(await call(method, `/v1/oauth-clients${path}`, poor, body))).toEqual([403, 'insufficient_scope']);
    }
  });

  verifies('I11', 'members register clients of their own where the organization lets them, and touch no others', async () => {
    await policy({});
    expect(outcome(await call('POST', '/v1/oauth-clients', member, web))).toEqual([403, 'policy_violation']);
    const theirs = await registered();
    await policy({ clientRegistration: 'members' });
    const mine = await registered({ ...web, kind: 'public' }, member);
    expect([mine.createdBy, mine.trusted]).toEqual([member.sub, false]);
    expect((await call('PATCH', `/v1/oauth-clients/${mine.id}`, member, { name: 'Still mine' })).status).toBe(200);
    for (const [method, path, body] of [['PATCH', '', { name: 'x' }], ['DELETE', ''], ['POST', '/rotate-secret', { graceSeconds: 0 }]] as const) {
      expect(outcome(await call(method, `/v1/oauth-clients/${theirs.id}${path}`, member, body))).toEqual([403, 'insufficient_role']);
    }
    await policy({});
    expect(outcome(await call('DELETE', `/v1/oauth-clients/${mine.id}`, member))).toEqual([403, 'policy_violation']);
    expect((await call('DELETE', `/v1/oauth-clients/${mine.id}`, owner)).status).toBe(200);
  });

  verifies('I4', 'the list is filtered by kind, origin and text, and paged', async () => {
    const names = ['Percent 100%', 'Under_score', 'Underscore'];
    for (const name of names) await registered({ ...web, name });
    await registered({ ...machine, name: 'Robot' });
    const listed = async (query: string) => (await call('GET', `/v1/oauth-clients?${query}`, member)).body.items.map(({ name }) => name);
    expect(await listed('q=0%25')).toEqual(['Percent 100%']);
    expect(await listed('q=under_')).toEqual(['Under_score']);
    expect(await listed('kind=machine&q=Robot')).toEqual(['Robot']);
    expect(await listed('kind=public&q=Robot')).toEqual([]);
    expect(await listed('q=%27%3B--')).toEqual([]);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: Answer = await call('GET', `/v1/oauth-clients?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`, owner);
      seen.push(...body.items.map(({ id }) => id as string));
      cursor = body.nextCursor;
    }
    const [row] = await accounts.dataSource.query<{ count: number }[]>("SELECT count(*)::int AS count FROM clients WHERE org = 'acme' AND deleted_at IS NULL");
    expect([seen.length, new Set(seen).size]).toEqual([row!.count, row!.count]);
    expect(outcome(await call('GET', '/v1/oauth-clients?cursor=mine', owner))).toEqual([400, 'invalid_request']);
    expect(outcome(await call('GET', '/v1/oauth-clients?kind=other', owner))).toEqual([400, 'invalid_request']);
  });

  verifies('I4', 'clients that registered themselves are listed where a member has connected them, and are nobody\'s to change', async () => {
    const [connected, idle] = [await registerClient(accounts.issuer), await registerClient(accounts.issuer)];
    await accounts.dataSource.query("INSERT INTO authorizations (grant_id, user_id, client_id, org, expires_at) VALUES ('g1', $1, $2, 'acme', now() + interval '1 day')", [owner.sub, connected]);
    const { items } = (await call('GET', '/v1/oauth-clients?origin=dynamic', owner)).body;
    expect(items.map(({ id }) => id)).toEqual([connected]);
    expect(items[0]).toMatchObject({ org: null, origin: 'dynamic', kind: 'public', trusted: false });
    expect((await call('GET', '/v1/oauth-clients?origin=dynamic', stranger)).body.items).toEqual([]);
    for (const id of [connected, idle]) expect(outcome(await call('DELETE', `/v1/oauth-clients/${id}`, owner))).toEqual([404, 'not_found']);
  });

  verifies('AS-90', 'an organization vouches for clients and hosts, and stops again', async () => {
    const { id } = await registered({ ...web, kind: 'public' });
    const claude = 'https://claude.ai/oauth/claude-code-client-metadata';
    const host = await call('POST', '/v1/trusted-clients', owner, { org: 'acme', host: 'vscode.dev' });
    expect([host.status, host.body]).toEqual([201, { id: expect.any(String), org: 'acme', kind: 'host', value: 'vscode.dev', addedBy: owner.sub, createdAt: expect.any(String) }]);
    const document = (await call('POST', '/v1/trusted-clients', owner, { org: 'acme', client: claude })).body;
    expect((await call('POST', '/v1/trusted-clients', owner, { org: 'acme', client: claude })).body).toEqual(document);
    const listed = (await call('GET', '/v1/trusted-clients', member)).body.items.map(({ value }) => value);
    expect(listed).toEqual(expect.arrayContaining(['vscode.dev', claude, id]));
    for (const wrong of [{ org: 'acme' }, { org: 'acme', host: 'a.example', client: claude }, { org: 'acme', client: 'dyn-nobody' }, { org: 'acme', host: 'HTTPS://x' }, { org: 'acme', client: 'https://a.example' }]) {
      expect(outcome(await call('POST', '/v1/trusted-clients', owner, wrong))).toEqual([400, 'invalid_request']);
    }
    expect(outcome(await call('POST', '/v1/trusted-clients', stranger, { org: 'rival', client: id }))).toEqual([400, 'invalid_request']);
    expect(outcome(await call('POST', '/v1/trusted-clients', stranger, { org: 'acme', client: claude }))).toEqual([404, 'not_found']);
    expect(outcome(await call('DELETE', `/v1/trusted-clients/${document.id as string}`, stranger))).toEqual([404, 'not_found']);
    expect(outcome(await call('GET', '/v1/trusted-clients?org=acme', stranger))).toEqual([404, 'not_found']);
    expect(outcome(await call('POST', '/v1/trusted-clients', member, { org: 'acme', client: claude }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('DELETE', `/v1/trusted-clients/${document.id as string}`, member))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('DELETE', `/v1/trusted-clients/${document.id as string}`, { ...owner, scope: 'org:read' }))).toEqual([403, 'insufficient_scope']);
    expect((await call('DELETE', `/v1/trusted-clients/${document.id as string}`, owner)).status).toBe(200);
    expect(outcome(await call('DELETE', `/v1/trusted-clients/${document.id as string}`, owner))).toEqual([404, 'not_found']);
    expect(await audited(claude)).toEqual(['trusted_client.added', 'trusted_client.removed']);
  });
});
