import { randomUUID } from 'node:crypto';
import { defaultServerSettings, identityHeader, type AuditEvent, type ExplainedEvent, type IdentityAssertionClaims, type MemberRecord, type RegisteredServer, type ServerProbe, type ServerRecord } from '@latchkey/contracts';
import { requireDescribed } from '@latchkey/service/testing';
import { verifies } from '@latchkey/testing';
import { IngestEvents } from '../src/audit/ingest-events.ts';
import { ProbeKeeper } from '../src/servers/probe/probe-keeper.ts';
import { admin, gatewayUrl, startAccounts, type Accounts } from './support/accounts.ts';

interface Answer {
  status: number;
  body: Record<string, unknown> & { items: Record<string, unknown>[]; nextCursor: string | null };
  headers: Headers;
}

describe('the management API', () => {
  let accounts: Accounts;
  let owner: Partial<IdentityAssertionClaims>;
  let member: Partial<IdentityAssertionClaims>;
  let stranger: Partial<IdentityAssertionClaims>;

  const all = 'servers:read servers:write org:read';
  const input = { org: 'acme', project: 'prod', slug: 'tickets', name: 'Tickets', url: 'https://mcp.example.com/mcp' };

  beforeAll(async () => {
    accounts = await startAccounts();
    const base = { iss: gatewayUrl, aud: accounts.issuer, scope: all };
    await accounts.createProject('acme', 'lab');
    const someone = await accounts.createUser('member@example.com');
    await accounts.addMember({ userId: someone.id, org: 'acme', role: 'member', projects: { prod: 'contributor', lab: 'admin' } });
    const other = await accounts.createUser('other@example.com');
    await accounts.createOrg('rival', other.id);
    await accounts.createProject('rival', 'prod');
    owner = { ...base, sub: await accounts.userId(admin.email), org: 'acme', roles: { org: 'owner', projects: {} } };
    member = { ...base, sub: someone.id, org: 'acme', roles: { org: 'member', projects: { prod: 'contributor', lab: 'admin' } } };
    stranger = { ...base, sub: other.id, org: 'rival', roles: { org: 'owner', projects: {} } };
  }, 60_000);

  afterAll(() => accounts.close());

  async function call(method: string, path: string, caller: Partial<IdentityAssertionClaims> | string | null, body?: unknown): Promise<Answer> {
    const assertion = caller === null || typeof caller === 'string' ? caller : await accounts.asserter.sign(caller);
    const response = await fetch(`${accounts.issuer}${path}`, {
      method,
      headers: {
        ...(assertion === null ? {} : { [identityHeader]: assertion }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = { status: response.status, body: (await response.json()) as Answer['body'] };
    requireDescribed({ method, path, ...answer });
    return { ...answer, headers: response.headers };
  }

  const outcome = ({ status, body }: Answer) => [status, body.code];

  verifies('G3', 'a server is registered, shown, listed and deleted, and each change goes to the feed with it', async () => {
    const created = await call('POST', '/v1/servers', owner, input);
    expect(created.status).toBe(201);
    const server = created.body as unknown as RegisteredServer;
    expect(server).toEqual({
      id: expect.any(String),
      ...input,
      folder: null,
      resource: `${gatewayUrl}/mcp/tickets`,
      ...defaultServerSettings,
      revision: 1,
      health: { state: 'unknown', gateways: 0, down: 0, lastSuccessAt: null, lastFailureAt: null, lastFailure: null, reportedAt: null },
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      probe: expect.objectContaining({ outcome: 'unknown', problems: [{ code: 'no_gateway', detail: expect.any(String) }] }),
      consistency: `feed.identity.server.${server.id}@1`,
    });
    expect((await accounts.outbox<ServerRecord>(`feed.identity.server.${server.id}`))?.record).toEqual({
      kind: 'server',
      id: server.id,
      ...input,
      folder: null,
      revision: 1,
      deletedAt: null,
    });
    const { consistency: _consistency, probe: _probe, ...shown } = server;
    // Nobody has looked at it.
    expect((await call('GET', '/v1/servers/tickets', owner)).body).toEqual({ ...shown, probe: null });
    expect((await call('GET', '/v1/servers', owner)).body).toEqual({ items: [shown], nextCursor: null });

    const deleted = await call('DELETE', '/v1/servers/tickets', owner);
    expect(deleted.status).toBe(200);
    expect(deleted.body).toEqual({ slug: 'tickets', deletedAt: expect.any(String), consistency: `feed.identity.server.${server.id}@2` });
    expect((await accounts.outbox<ServerRecord>(`feed.identity.server.${server.id}`))?.record.deletedAt).toEqual(expect.any(Number));
    expect(outcome(await call('GET', '/v1/servers/tickets', owner))).toEqual([404, 'not_found']);
    expect(outcome(await call('DELETE', '/v1/servers/tickets', owner))).toEqual([404, 'not_found']);
    expect((await call('GET', '/v1/servers', owner)).body.items).toEqual([]);
    expect(outcome(await call('POST', '/v1/servers', owner, input))).toEqual([409, 'conflict']);
  });

  verifies('G3', 'a server is changed part by part; gateways are told what is unusual of it, and every revision is kept', async () => {
    const { id } = (await call('POST', '/v1/servers', owner, { ...input, slug: 'changing', headers: { 'X-Region': 'eu' }, tokenUrls: true })).body;
    const restrictions = { allowedTools: ['list_*'], deniedTools: [], allowedRoles: null, annotations: { list_all: { readOnlyHint: true } } };
    const first = await call('PATCH', '/v1/servers/changing', owner, { name: 'Changed', url: 'https://other.example.com/mcp', restrictions, limits: { requestsPerMinute: 7, perTool: { 'list_*': 3 } } });
    expect([first.status, first.body]).toEqual([200, expect.objectContaining({
      name: 'Changed', url: 'https://other.example.com/mcp', headers: { 'x-region': 'eu' }, tokenUrls: true, restrictions, revision: 2, consistency: `feed.identity.server.${String(id)}@2`,
      limits: { ...defaultServerSettings.limits, requestsPerMinute: 7, perTool: { 'list_*': 3 } },
    })]);
    const record = async () => (await accounts.outbox<ServerRecord>(`feed.identity.server.${String(id)}`))?.record;
    expect((await record())?.settings).toEqual({ headers: { 'x-region': 'eu' }, tokenUrls: true, restrictions, limits: first.body.limits });
    expect((await call('PATCH', '/v1/servers/changing', owner, { tokenUrls: false, headers: {}, restrictions: {}, limits: {}, revision: 2 })).body).toMatchObject({ ...defaultServerSettings, revision: 3 });
    expect(await record()).not.toHaveProperty('settings');
    expect(outcome(await call('PATCH', '/v1/servers/changing', owner, { tokenUrls: true, revision: 2 }))).toEqual([409, 'conflict']);
    // Nothing is no change, also where it says from which revision.
    for (const nothing of [{}, { revision: 3 }]) expect(outcome(await call('PATCH', '/v1/servers/changing', owner, nothing))).toEqual([400, 'invalid_request']);
    expect((await call('GET', '/v1/servers/changing', owner)).body).toMatchObject({ name: 'Changed', tokenUrls: false, revision: 3 });
    const kept = await accounts.dataSource.query<{ revision: number; record: ServerRecord }[]>('SELECT revision, record FROM server_revisions WHERE server = $1 ORDER BY revision', [id]);
    expect(kept.map(({ revision, record: { settings } }) => [revision, settings?.tokenUrls ?? false])).toEqual([[1, true], [2, true], [3, false]]);
    const [told] = await accounts.dataSource.query<{ event: AuditEvent }[]>("SELECT event FROM audit_events WHERE action = 'server.changed' ORDER BY received_at LIMIT 1");
    expect(told?.event).toMatchObject({ org: 'acme', actor: { id: owner.sub }, target: { id: 'changing' }, details: { changed: ['name', 'url', 'restrictions', 'limits'], name_before: 'Tickets', upstream_after: 'https://other.example.com', revision: 2 } });
  });

  verifies('G3', 'a server shows how gateways see it; they alone say so, and nothing of what is not there', async () => {
    const { id } = (await call('POST', '/v1/servers', owner, { ...input, slug: 'watched' })).body;
    const seen = { id, state: 'down', failures: 7, open: 0, lastSuccessAt: null, lastFailureAt: '2026-01-01T00:00:00.000Z', lastFailure: 'timeout' };
    const report = { gateway: randomUUID(), servers: [seen, { ...seen, id: randomUUID() }] };
    const gateway = { iss: gatewayUrl, sub: gatewayUrl, aud: accounts.issuer, scope: '', credential: { kind: 'gateway', id: 'gateway' } } as const;
    const tell = async (body: unknown, caller: Partial<IdentityAssertionClaims> = gateway) =>
      (await fetch(`${accounts.issuer}/internal/server-health`, { method: 'POST', headers: { 'content-type': 'application/json', [identityHeader]: await accounts.asserter.sign(caller) }, body: JSON.stringify(body) })).status;
    const shown = async () => (await call('GET', '/v1/servers/watched', owner)).body.health;
    expect([await tell(report, owner), await tell({ ...report, gateway: 'x' }), await tell(report)]).toEqual([401, 400, 204]);
    expect(await shown()).toEqual({ state: 'down', gateways: 1, down: 1, lastSuccessAt: null, lastFailureAt: seen.lastFailureAt, lastFailure: 'timeout', reportedAt: expect.any(String) });
    await tell({ gateway: randomUUID(), servers: [{ ...seen, state: 'up', failures: 0 }] });
    expect(await shown()).toMatchObject({ state: 'degraded', gateways: 2 });
    await tell({ ...report, servers: [{ ...seen, state: 'up' }] });
    expect(await shown()).toMatchObject({ state: 'up', gateways: 2 });
    expect((await call('GET', '/v1/servers', owner)).body.items.find(({ slug }) => slug === 'watched')).toMatchObject({ health: { state: 'up' } });
    // What no gateway repeats is forgotten.
    await accounts.dataSource.query('UPDATE server_health SET expires_at = now()');
    expect(await shown()).toMatchObject({ state: 'unknown' });
  });

  verifies('G3', 'a server is looked at by a gateway, at its registration and when asked; what its tools say of themselves goes to the gateways', async () => {
    const found: ServerProbe = {
      at: '2026-01-01T00:00:00.000Z', durationMs: 12, outcome: 'ok', transport: 'streamable-http', eras: ['modern'], protocolVersions: ['2026-07-28'], serverInfo: { name: 'S', version: '1' },
      tools: [{ name: 'list', annotations: { readOnlyHint: true } }, { name: 'plain', annotations: {} }, { name: 'drop', annotations: { destructiveHint: true } }],
      auth: { required: false, scheme: null, resourceMetadata: null, authorizationServers: [] }, problems: [],
    };
    const asked: unknown[] = [];
    let answer: ServerProbe = found;
    const answering = await accounts.feed.answer('probe.gateway', (question) => {
      asked.push(question);
      return Promise.resolve(answer);
    });
    try {
      const created = await call('POST', '/v1/servers', owner, { ...input, slug: 'probed', headers: { 'x-region': 'eu' } });
      expect([created.status, created.body]).toEqual([201, expect.objectContaining({ probe: expect.objectContaining({ outcome: 'ok', eras: ['modern'], tools: found.tools }), revision: 2, consistency: `feed.identity.server.${String(created.body.id)}@2` })]);
      expect(asked).toEqual([{ name: 'probed', url: input.url, headers: { 'x-region': 'eu' }, tls: { ca: null, serverName: null } }]);
      const record = async () => (await accounts.outbox<ServerRecord>(`feed.identity.server.${String(created.body.id)}`))?.record;
      expect(await record()).toMatchObject({ revision: 2, tools: { list: { readOnlyHint: true }, drop: { destructiveHint: true } } });
      expect((await record())?.tools).not.toHaveProperty('plain');
      expect((await call('GET', '/v1/servers/probed', owner)).body.probe).toMatchObject({ outcome: 'ok', serverInfo: { name: 'S' } });
      const audited = await accounts.dataSource.query<{ event: AuditEvent }[]>("SELECT event FROM audit_events WHERE action = 'server.tools_changed'");
      expect(audited.map(({ event }) => event)).toMatchObject([{ actor: { id: owner.sub }, target: { id: 'probed' }, details: { revision: 2, readOnly: ['list'], destructive: ['drop'] } }]);

      // The same again is no change; what could not be listed stays as it was known.
      expect((await call('POST', '/v1/servers/probed/probe', owner)).body).toMatchObject({ outcome: 'ok', revision: 2 });
      answer = { ...found, outcome: 'failed', eras: [], tools: null, problems: [{ code: 'unreachable', detail: 'x' }] };
      const failed = await call('POST', '/v1/servers/probed/probe', owner);
      expect([failed.status, failed.body.revision, failed.body.outcome, (await record())?.tools]).toEqual([200, 2, 'failed', { list: { readOnlyHint: true }, drop: { destructiveHint: true } }]);
      answer = { ...found, tools: [] };
      expect((await call('POST', '/v1/servers/probed/probe', owner)).body).toMatchObject({ revision: 3, consistency: expect.any(String) });
      expect(await record()).not.toHaveProperty('tools');

      // Registration goes through all the same, unless it is asked not to.
      answer = { ...found, outcome: 'failed', eras: [], tools: null, problems: [{ code: 'not_mcp', detail: 'It is none.' }] };
      expect((await call('POST', '/v1/servers', owner, { ...input, slug: 'down' })).status).toBe(201);
      const refused = await call('POST', '/v1/servers', owner, { ...input, slug: 'must-answer', probe: 'required' });
      expect([...outcome(refused), refused.body.issues]).toEqual([400, 'invalid_request', [{ path: 'url', message: 'not_mcp: It is none.' }]]);
      expect((await call('GET', '/v1/servers/must-answer', owner)).status).toBe(404);
      const before = asked.length;
      expect((await call('POST', '/v1/servers', owner, { ...input, slug: 'unseen', probe: false })).body.probe).toBeNull();
      expect(asked).toHaveLength(before);

      // What nobody has looked at is looked at by itself, and once.
      answer = found;
      await accounts.dataSource.query("UPDATE servers SET probed_at = now() WHERE slug <> 'unseen'");
      await accounts.identity.app.get(ProbeKeeper).round();
      await accounts.identity.app.get(ProbeKeeper).round();
      expect(asked.slice(before)).toMatchObject([{ name: 'unseen' }]);
      expect((await call('GET', '/v1/servers/unseen', owner)).body).toMatchObject({ revision: 2, probe: { outcome: 'ok' } });

      for (const [caller, expected] of [[stranger, [404, 'not_found']], [member, [403, 'insufficient_role']], [{ ...owner, scope: 'servers:read' }, [403, 'insufficient_scope']]] as const) {
        expect(outcome(await call('POST', '/v1/servers/probed/probe', caller))).toEqual(expected);
      }
    } finally {
      await answering.stop();
    }
  });

  verifies('G15', 'a decision of the past is made again from its entry and from the server as it was then', async () => {
    await call('POST', '/v1/servers', owner, { ...input, slug: 'judged' });
    await call('PATCH', '/v1/servers/judged', owner, { restrictions: { deniedTools: ['drop_*'] } });
    await call('PATCH', '/v1/servers/judged', owner, { restrictions: {} });
    const decided = { method: 'tools/call', status: 200, policyRevision: 2, credentialRevision: 5, memberRevision: 3, identityPosition: 41, keysPosition: 17, grantedScopes: ['mcp:read', 'mcp:execute'], orgRole: 'member', projectRoles: ['prod:contributor'] };
    const tell = async (details: AuditEvent['details'], more: Partial<AuditEvent> = {}): Promise<string> => {
      const id = randomUUID();
      const event: AuditEvent = {
        id, at: new Date().toISOString(), service: 'gateway', org: 'acme', actor: { kind: 'user', id: String(member.sub) }, credential: { kind: 'pat', id: 'Ab12Cd34' }, action: 'call.refused',
        target: { kind: 'tool', id: 'judged/drop_all' }, outcome: 'refused', code: 'tool_not_allowed', address: null, requestId: `req-${id}`, details, ...more,
      };
      await accounts.identity.app.get(IngestEvents).run({ source: 'gateway', payload: [event] });
      return id;
    };
    const reader = { ...owner, scope: 'audit:read' };
    const why = async (id: string, as = reader) => {
      const { status, body } = await call('GET', `/v1/audit/${id}/explain`, as);
      return { status, body: body as unknown as ExplainedEvent, failed: (body as unknown as ExplainedEvent).rules?.filter(({ passed }) => !passed).map(({ rule }) => rule) };
    };
    // Then it was denied, and by the present revision it would be allowed.
    const then = await why(await tell(decided));
    expect([then.failed, then.body]).toEqual([['server_tools'], expect.objectContaining({
      agrees: true, note: null, decision: { kind: 'hidden', what: 'name', code: 'tool_not_allowed' },
      restsOn: { credentialRevision: 5, memberRevision: 3, policyRevision: 2, identityPosition: 41, keysPosition: 17 }, event: expect.objectContaining({ code: 'tool_not_allowed', outcome: 'refused' }),
    })]);
    expect(await why(await tell({ ...decided, policyRevision: 3 }))).toMatchObject({ failed: [], body: { agrees: false, decision: { kind: 'allow' } } });
    expect(await why(await tell({ ...decided, policyRevision: 3 }, { outcome: 'success', code: null, action: 'call.made' }))).toMatchObject({ failed: [], body: { agrees: true } });
    expect(await why(await tell({ ...decided, policyRevision: 3, grants: ['read org/acme'] }))).toMatchObject({ failed: ['grants'], body: { agrees: true } });
    expect(await why(await tell({ ...decided, policyRevision: 3, grantedScopes: ['mcp:read'] }, { code: 'insufficient_scope' }))).toMatchObject({ failed: ['scopes'], body: { agrees: true, decision: { required: ['mcp:execute'] } } });
    expect(await why(await tell({ ...decided, method: 'GET', neededScope: 'org:admin' }, { action: 'request.refused', code: 'insufficient_role', target: { kind: 'api', id: 'members' } }))).toMatchObject({ failed: ['role', 'scopes'], body: { agrees: true } });
    expect((await why(await tell({ ...decided, policyRevision: 3 }, { code: 'tenant_mismatch' }))).body).toMatchObject({ agrees: true, note: expect.stringContaining('tenant_mismatch') });
    expect((await why(await tell({ method: 'tools/call', status: 401 }, { action: 'credential.refused', code: 'token_revoked' }))).body).toMatchObject({ decision: null, agrees: null, rules: [], event: { code: 'token_revoked' } });
    for (const details of [{ ...decided, policyRevision: 99 }, { ...decided, cut: true }]) expect((await why(await tell(details))).body).toMatchObject({ decision: null, agrees: null, note: expect.any(String), restsOn: { credentialRevision: 5 } });

    const theirs = await tell(decided, { actor: { kind: 'user', id: String(owner.sub) } });
    const mine = await tell(decided);
    expect([(await why(mine, { ...member, scope: 'audit:read' })).status, (await why(theirs, { ...member, scope: 'audit:read' })).status]).toEqual([200, 404]);
    for (const id of [mine, randomUUID(), 'export%2f', 'x']) expect([id, (await why(id, { ...stranger, scope: 'audit:read' })).status]).toEqual([id, 404]);
    expect(outcome(await call('GET', `/v1/audit/${mine}/explain`, { ...owner, scope: 'org:read' }))).toEqual([403, 'insufficient_scope']);
  });

  it('is changed by who may, where it is, and to nothing that is refused at registration', async () => {
    await call('POST', '/v1/servers', owner, { ...input, slug: 'guarded' });
    const change = { tokenUrls: true };
    expect(outcome(await call('PATCH', '/v1/servers/guarded', stranger, change))).toEqual([404, 'not_found']);
    expect(outcome(await call('PATCH', '/v1/servers/absent', owner, change))).toEqual([404, 'not_found']);
    expect(outcome(await call('PATCH', '/v1/servers/guarded', member, change))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('PATCH', '/v1/servers/guarded', { ...owner, scope: 'servers:read' }, change))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('PATCH', '/v1/servers/guarded', owner, { folder: 'nowhere' }))).toEqual([404, 'not_found']);
    const bad: unknown[] = [
      { slug: 'other' }, { project: 'lab' }, { url: 'https://10.0.0.1/mcp' }, { url: 'http://mcp.example.com/' }, { name: '' }, { limit: {} }, { limits: { requestsPerMinute: 0 } }, { limits: { perMinute: 5 } },
      { headers: { authorization: 'x' } }, { headers: { 'x-api-key': 'x' } }, { headers: { 'Mcp-Session-Id': 'x' } }, { headers: { 'x-a': 'a\r\nb: c' } }, { headers: { 'a b': 'c' } }, { headers: { 'content-length': '0' } },
      { restrictions: { allowedTools: [''] } }, { restrictions: { allowed: [] } }, { restrictions: { annotations: { add: { readOnly: true } } } }, { restrictions: { allowedRoles: ['owner'] } },
      { tls: { ca: 'no certificate' } }, { tls: { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' } }, { tls: { rejectUnauthorized: false } }, { healthChecks: { intervalSeconds: 1 } },
    ];
    for (const body of bad) expect([body, ...outcome(await call('PATCH', '/v1/servers/guarded', owner, body))]).toEqual([body, 400, 'invalid_request']);
    expect((await call('GET', '/v1/servers/guarded', owner)).body).toMatchObject({ ...defaultServerSettings, revision: 1 });
  });

  verifies('GW-82', 'nobody is believed without the gateway\'s own, fresh signature for this audience', async () => {
    const now = Math.floor(Date.now() / 1000);
    const { sign, foreignSign } = accounts.asserter;
    const bad: Record<string, string | null> = {
      none: null,
      empty: '',
      garbage: 'not.a.jwt',
      'another key': await foreignSign(owner),
      'another audience': await sign({ ...owner, aud: 'https://mcp.example.com/mcp' }),
      'another issuer': await sign({ ...owner, iss: 'https://evil.example' }),
      expired: await sign({ ...owner, iat: now - 300, exp: now - 240 }),
      'too long-lived': await sign({ ...owner, iat: now - 3600, exp: now + 3600 }),
      'another typ': await sign(owner, { typ: 'at+jwt' }),
      'no subject': await sign({ ...owner, sub: '' }),
      unsigned: `${Buffer.from('{"alg":"none","typ":"latchkey-identity+jwt"}').toString('base64url')}.${(await sign(owner)).split('.')[1]}.`,
    };
    for (const [name, assertion] of Object.entries(bad)) {
      const answer = await call('GET', '/v1/servers', assertion);
      expect([name, answer.status]).toEqual([name, 401]);
    }
  });

  it('asks for the scope, by its name', async () => {
    const reader = { ...owner, scope: 'servers:read' };
    const answer = await call('POST', '/v1/servers', reader, { ...input, slug: 'never' });
    expect(outcome(answer)).toEqual([403, 'insufficient_scope']);
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_scope", resource_metadata="${gatewayUrl}/.well-known/oauth-protected-resource/v1", scope="servers:write"`,
    );
    expect(outcome(await call('DELETE', '/v1/servers/x', reader))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('GET', '/v1/orgs', reader))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('GET', '/v1/servers', { ...owner, scope: '' }))).toEqual([403, 'insufficient_scope']);
    expect((await call('GET', '/v1/servers', { ...owner, scope: 'servers:write' })).status).toBe(200);
  });

  verifies('I10', 'the role decides where a member may register and delete, and comes from the tables', async () => {
    expect(outcome(await call('POST', '/v1/servers', member, { ...input, slug: 'mine' }))).toEqual([403, 'insufficient_role']);
    const lying = { ...member, roles: { org: 'owner', projects: { prod: 'admin' } } } as const;
    expect(outcome(await call('POST', '/v1/servers', lying, { ...input, slug: 'mine' }))).toEqual([403, 'insufficient_role']);
    expect((await call('POST', '/v1/servers', member, { ...input, project: 'lab', slug: 'mine' })).status).toBe(201);
    expect((await call('POST', '/v1/servers', owner, { ...input, slug: 'theirs' })).status).toBe(201);
    expect(outcome(await call('DELETE', '/v1/servers/theirs', member))).toEqual([403, 'insufficient_role']);
    expect((await call('DELETE', '/v1/servers/mine', member)).status).toBe(200);
  });

  it('lets a restricted key of an owner do only what the assertion leaves of the role', async () => {
    const key = { ...owner, roles: { org: 'member', projects: { lab: 'admin' } } } as const;
    expect(outcome(await call('POST', '/v1/servers', key, { ...input, slug: 'narrow' }))).toEqual([404, 'not_found']);
    expect((await call('POST', '/v1/servers', key, { ...input, project: 'lab', slug: 'narrow' })).status).toBe(201);
    expect((await call('GET', '/v1/servers', key)).body.items.map((item) => item.slug)).toEqual(['narrow']);
    expect(outcome(await call('GET', '/v1/servers/theirs', key))).toEqual([404, 'not_found']);
    expect(outcome(await call('GET', '/v1/servers', { ...owner, roles: undefined }))).toEqual([200, undefined]);
    expect((await call('GET', '/v1/servers', { ...owner, roles: undefined })).body.items).toEqual([]);
  });

  verifies('I10', 'another tenant is not there: the same 404 as for what does not exist', async () => {
    const bare = ({ status, body }: Answer) => ({ status, ...body, requestId: undefined, instance: undefined });
    const absent = bare(await call('GET', '/v1/servers/absent', stranger));
    expect(absent).toMatchObject({ status: 404, code: 'not_found' });
    expect(bare(await call('GET', '/v1/servers/theirs', stranger))).toEqual(absent);
    expect(bare(await call('DELETE', '/v1/servers/theirs', stranger))).toEqual(absent);
    expect((await call('GET', '/v1/servers', stranger)).body.items).toEqual([]);
    for (const path of ['/v1/servers?org=acme', '/v1/orgs/acme', '/v1/projects?org=acme', '/v1/members?org=acme']) {
      expect(bare(await call('GET', path, stranger))).toEqual(absent);
      expect(bare(await call('GET', path.replace('acme', 'nowhere'), stranger))).toEqual(absent);
    }
    expect(outcome(await call('POST', '/v1/servers', stranger, { ...input, slug: 'intruder' }))).toEqual([404, 'not_found']);
    // A credential issued for an organization that its owner left, or was never in.
    expect(outcome(await call('GET', '/v1/servers', { ...stranger, org: 'acme' }))).toEqual([404, 'not_found']);
    expect(outcome(await call('GET', '/v1/orgs', { ...owner, org: undefined }))).toEqual([404, 'not_found']);
    expect(outcome(await call('GET', '/v1/orgs', { ...owner, sub: 'a-machine-client' }))).toEqual([404, 'not_found']);
  });

  it('keeps a slug to one tenant', async () => {
    expect(outcome(await call('POST', '/v1/servers', stranger, { ...input, org: 'rival', slug: 'theirs' }))).toEqual([409, 'conflict']);
  });

  verifies('AS-13', 'a private address is refused as upstream', async () => {
    for (const url of ['https://127.0.0.1/mcp', 'https://localhost/mcp', 'https://[::ffff:10.0.0.1]/mcp', 'https://2130706433/', 'http://mcp.example.com/mcp']) {
      expect(outcome(await call('POST', '/v1/servers', owner, { ...input, slug: 'private', url }))).toEqual([400, 'invalid_request']);
    }
  });

  it('refuses bad input with 400 and what is wrong', async () => {
    const bad: unknown[] = [
      {},
      [],
      null,
      'text',
      { ...input, slug: 'Not A Slug' },
      { ...input, slug: 'server-card' },
      { ...input, slug: '../x' },
      { ...input, name: '' },
      { ...input, name: 'a\u0000b' },
      { ...input, url: 'file:///etc/passwd' },
      { ...input, url: 'https://user:secret@mcp.example.com/' },
      { ...input, extra: true },
    ];
    for (const body of bad) {
      const answer = await call('POST', '/v1/servers', owner, body);
      expect([JSON.stringify(body), ...outcome(answer)]).toEqual([JSON.stringify(body), 400, 'invalid_request']);
      expect(JSON.stringify(answer.body)).not.toContain('secret');
    }
    expect((await call('POST', '/v1/servers', owner, '{"org":')).status).toBe(400);
    for (const query of ['limit=0', 'limit=x', 'cursor=zzz', `cursor=${Buffer.from('["2020-01-01T00:00:00.000Z","a\\u0000"]').toString('base64url')}`, 'org=%00']) {
      expect([query, ...outcome(await call('GET', `/v1/servers?${query}`, owner))]).toEqual([query, 400, 'invalid_request']);
    }
    expect(outcome(await call('GET', '/v1/servers/%00', owner))).toEqual([404, 'not_found']);
  });

  it('walks a list page by page without losing or repeating anything', async () => {
    for (let index = 0; index < 5; index++) await call('POST', '/v1/servers', stranger, { ...input, org: 'rival', slug: `page-${index}` });
    // Rows of one moment are told apart by slug.
    await accounts.dataSource.query("UPDATE servers SET created_at = '2026-01-01T00:00:00Z' WHERE org = 'rival'");
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: Answer = await call('GET', `/v1/servers?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`, stranger);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items.map((item) => item.slug));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(['page-4', 'page-3', 'page-2', 'page-1', 'page-0']);
  });

  it('registers a slug once, however many ask at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => call('POST', '/v1/servers', owner, { ...input, slug: 'raced' })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
  });

  verifies('I10', 'organizations, projects and members are listed to members', async () => {
    expect((await call('GET', '/v1/orgs', member)).body).toEqual({
      items: [{ slug: 'acme', name: 'Acme', role: 'member', createdAt: expect.any(String) }],
      nextCursor: null,
    });
    expect((await call('GET', '/v1/orgs/acme', owner)).body).toMatchObject({ slug: 'acme', role: 'owner' });
    const projects = (await call('GET', '/v1/projects', member)).body.items;
    expect(projects).toEqual([
      { org: 'acme', slug: 'lab', name: 'lab', role: 'admin', createdAt: expect.any(String) },
      { org: 'acme', slug: 'prod', name: 'Prod', role: 'contributor', createdAt: expect.any(String) },
    ]);
    const members = (await call('GET', '/v1/members', member)).body.items;
    expect(members).toHaveLength(2);
    expect(members).toContainEqual(
      expect.objectContaining({ user: member.sub, email: 'member@example.com', role: 'member', projects: { lab: 'admin', prod: 'contributor' } }),
    );
    expect(JSON.stringify(members)).not.toContain('argon2');
  });

  it('has no word on passwords in what goes to the feed', async () => {
    const rows = await accounts.dataSource.query<{ record: MemberRecord }[]>('SELECT record FROM outbox');
    expect(rows.length).toBeGreaterThan(5);
    expect(JSON.stringify(rows)).not.toMatch(/argon2|password/);
  });

  verifies('AS-63', 'one record ends all that a member, or a whole organization, was given; the epoch never goes back', async () => {
    const admin = 'org:read org:admin';
    const target = String(member.sub);
    expect(outcome(await call('POST', `/v1/members/${target}/revoke`, owner))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('POST', `/v1/members/${target}/revoke`, { ...member, scope: admin }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('POST', `/v1/members/${target}/revoke`, { ...stranger, scope: admin }))).toEqual([404, 'not_found']);
    const first = await call('POST', `/v1/members/${target}/revoke`, { ...owner, scope: admin });
    expect([first.status, first.body.consistency]).toEqual([200, expect.stringMatching(`^feed.identity.member.${target}@`)]);
    const row = await accounts.outbox<MemberRecord>(`feed.identity.member.${target}`);
    expect(row?.record.memberships.find(({ org }) => org === 'acme')?.epoch).toBe(first.body.epoch);

    expect(outcome(await call('POST', '/v1/orgs/acme/revoke', { ...stranger, scope: admin }))).toEqual([404, 'not_found']);
    expect(outcome(await call('POST', '/v1/orgs/acme/revoke', { ...member, scope: admin }))).toEqual([403, 'insufficient_role']);
    await accounts.dataSource.query("UPDATE organizations SET epoch = 2000000000 WHERE slug = 'acme'");
    const all = await call('POST', '/v1/orgs/acme/revoke', { ...owner, scope: admin });
    expect([all.status, all.body.epoch]).toEqual([200, 2_000_000_000]);
    expect((await accounts.outbox('feed.identity.org.acme'))?.record).toEqual({ kind: 'org', id: 'acme', disabled: false, epoch: 2_000_000_000 });
  });

  verifies('I10', 'a member is dismissed by who administers the organization, an owner by an owner, the last owner by nobody', async () => {
    const admin = 'org:read org:admin';
    const leaving = await accounts.createUser('leaving@example.com');
    await accounts.addMember({ userId: leaving.id, org: 'acme', role: 'member' });
    expect(outcome(await call('DELETE', `/v1/members/${leaving.id}`, { ...member, scope: admin }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('DELETE', `/v1/members/${leaving.id}`, { ...stranger, scope: admin }))).toEqual([404, 'not_found']);
    expect(outcome(await call('DELETE', '/v1/members/nobody', { ...owner, scope: admin }))).toEqual([404, 'not_found']);
    const gone = await call('DELETE', `/v1/members/${leaving.id}`, { ...owner, scope: admin });
    expect([gone.status, gone.body.user]).toEqual([200, leaving.id]);
    expect(outcome(await call('DELETE', `/v1/members/${leaving.id}`, { ...owner, scope: admin }))).toEqual([404, 'not_found']);
    expect(outcome(await call('DELETE', `/v1/members/${owner.sub}`, { ...owner, scope: admin }))).toEqual([409, 'conflict']);
    const deputy = await accounts.createUser('deputy@example.com');
    await accounts.addMember({ userId: deputy.id, org: 'acme', role: 'admin' });
    const asDeputy = { ...owner, sub: deputy.id, roles: { org: 'admin' as const, projects: {} }, scope: admin };
    expect(outcome(await call('DELETE', `/v1/members/${owner.sub}`, asDeputy))).toEqual([403, 'insufficient_role']);
  });
});
