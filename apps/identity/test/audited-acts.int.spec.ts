import type { AuditEvent, IdentityAssertionClaims } from '@latchkey/contracts';
import { admin, allow, authorizeUrl, deny, FormBrowser, gatewayUrl, registerClient, startAccounts, verifier, type Accounts } from './support/accounts.ts';
import { signOut } from './support/console.ts';

const resource = `${gatewayUrl}/mcp/demo`;
const redirectUri = 'https://app.example/callback';

describe('what is written into the audit log', () => {
  let accounts: Accounts;
  let owner: string;

  beforeAll(async () => {
    accounts = await startAccounts();
    await accounts.identity.seed.server({ org: 'acme', project: 'prod', slug: 'demo', name: 'Demo', url: 'http://127.0.0.1:1/mcp' });
    owner = await accounts.userId(admin.email);
  }, 60_000);
  afterAll(() => accounts.close());

  /** Newest first. */
  const events = async (action: string): Promise<AuditEvent[]> =>
    (await accounts.dataSource.query<{ event: AuditEvent }[]>('SELECT event FROM audit_events WHERE action = $1 ORDER BY received_at DESC', [action])).map(({ event }) => event);

  async function call(method: string, path: string, body?: unknown, as: Partial<IdentityAssertionClaims> = {}): Promise<{ status: number; json: Record<string, unknown> }> {
    const claims: Partial<IdentityAssertionClaims> = {
      iss: gatewayUrl, aud: accounts.issuer, sub: owner, org: 'acme', scope: 'org:admin servers:write', roles: { org: 'owner', projects: {} }, ...as,
    };
    const headers = { 'latchkey-identity': await accounts.asserter.sign(claims), 'x-request-id': 'req-1', ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const response = await fetch(`${accounts.issuer}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  }

  const byOwner = { actor: { kind: 'user', id: expect.any(String) as string }, credential: { kind: 'pat', id: 'Ab12Cd34' }, requestId: 'req-1', org: 'acme', outcome: 'success' };

  it('sign-ins, refused ones too, without what was typed', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const refused = await browser.submit(await browser.get(`${accounts.issuer}/console`), { email: admin.email, password: 'hunter2-was-typed' });
    expect((await events('sign_in.refused'))[0]).toMatchObject({ actor: { kind: 'anonymous', id: null }, target: { kind: 'user', id: owner }, outcome: 'refused', org: null, address: '127.0.0.1' });
    await browser.submit(refused, { email: 'nobody@example.com', password: 'hunter2-was-typed' });
    expect((await events('sign_in.refused'))[0]).toMatchObject({ target: null });
    expect(JSON.stringify(await events('sign_in.refused'))).not.toMatch(/hunter2|example\.com/);
    await browser.submit(refused, { email: admin.email, password: admin.password });
    expect((await events('sign_in.succeeded'))[0]).toMatchObject({ actor: { kind: 'user', id: owner }, credential: { kind: 'password', id: owner }, address: '127.0.0.1' });
    await signOut(browser, accounts.issuer);
    expect((await events('session.ended'))[0]).toMatchObject({ actor: { kind: 'user', id: owner } });
  });

  it('what the management API refuses to somebody whom the gateway let through', async () => {
    const { id: viewer } = await accounts.createUser('viewer-in-the-log@example.com');
    await accounts.addMember({ userId: viewer, org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    const before = (await events('request.refused')).length;
    const as = { sub: viewer, roles: { org: 'member' as const, projects: { prod: 'viewer' as const } } };
    expect((await call('DELETE', '/v1/projects/prod?x=secret-in-a-query', undefined, as)).status).toBe(403);
    expect((await call('DELETE', '/v1/projects/absent', undefined, as)).status).toBe(403);
    expect((await call('GET', '/v1/projects/absent')).status).toBe(404);
    const told = (await events('request.refused')).slice(0, -before || undefined);
    expect(told).toHaveLength(2);
    expect(told[1]).toMatchObject({
      service: 'identity', org: 'acme', actor: { kind: 'user', id: viewer }, credential: { kind: 'pat', id: 'Ab12Cd34' }, outcome: 'refused', code: 'insufficient_role', requestId: 'req-1',
      target: { kind: 'api', id: 'projects' }, details: { method: 'DELETE', path: '/v1/projects/prod' },
    });
  });

  it('a flood of throttled sign-ins once, not once each', async () => {
    const browser = new FormBrowser(accounts.issuer);
    let page = await browser.get(`${accounts.issuer}/console`);
    for (let attempt = 0; attempt < 13; attempt += 1) page = await browser.submit(page, { email: 'target@example.com', password: 'wrong' });
    expect(page.status).toBe(429);
    expect(await events('sign_in.throttled')).toMatchObject([{ outcome: 'refused', code: 'rate_limited', actor: { kind: 'anonymous' } }]);
  });

  it('the life of a connection: registered, allowed, a used token presented again, revoked', async () => {
    const clientId = await registerClient(accounts.issuer, { redirect_uris: [redirectUri] });
    expect((await events('client.registered'))[0]).toMatchObject({ actor: { kind: 'anonymous' }, target: { kind: 'client', id: clientId }, details: { origin: 'dynamic', redirects: [redirectUri] } });

    const browser = new FormBrowser(accounts.issuer);
    const url = authorizeUrl(accounts.issuer, { clientId, scope: 'mcp:read', resource });
    const consent = await browser.submit(await browser.get(url), { email: admin.email, password: admin.password });
    await browser.submit(consent, {}, deny);
    expect((await events('consent.denied'))[0]).toMatchObject({ actor: { kind: 'user', id: owner }, target: { kind: 'client', id: clientId } });
    const back = await browser.submit(await browser.get(url), {}, allow);
    expect((await events('consent.allowed'))[0]).toMatchObject({ org: 'acme', actor: { kind: 'user', id: owner }, target: { kind: 'client', id: clientId }, details: { resource } });

    const token = async (form: Record<string, string>): Promise<Record<string, string>> =>
      (await (await fetch(`${accounts.issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams({ client_id: clientId, ...form }) })).json()) as Record<string, string>;
    const code = new URL(back.url).searchParams.get('code')!;
    const first = await token({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri });
    await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token! });
    await accounts.dataSource.query('DELETE FROM refresh_replays');
    expect((await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token! })).error).toBe('invalid_grant');
    expect((await events('refresh_token.reused'))[0]).toMatchObject({ org: 'acme', actor: { kind: 'client', id: clientId }, outcome: 'refused', code: 'replayed', details: { user: owner } });
    expect((await events('grant.revoked'))[0]).toMatchObject({ org: 'acme', actor: { kind: 'client', id: clientId }, details: { user: owner, client: clientId } });
  });

  it('who changes members, servers and epochs, with which key and in which request', async () => {
    const user = await accounts.createUser('leaver@example.com');
    await accounts.addMember({ userId: user.id, org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    expect((await events('member.added'))[0]).toMatchObject({ org: 'acme', target: { kind: 'user', id: user.id }, details: { role: 'member', projects: ['prod:viewer'] } });
    await call('POST', `/v1/members/${user.id}/revoke`);
    expect((await events('member.revoked'))[0]).toMatchObject({ ...byOwner, target: { kind: 'user', id: user.id } });
    await call('DELETE', `/v1/members/${user.id}`);
    expect((await events('member.removed'))[0]).toMatchObject({ ...byOwner, target: { kind: 'user', id: user.id } });
    const url = 'https://upstream.example/path?key=secret-in-query';
    expect((await call('POST', '/v1/servers', { org: 'acme', project: 'prod', slug: 'audited', name: 'Audited', url })).status).toBe(201);
    expect((await events('server.registered'))[0]).toMatchObject({ ...byOwner, target: { kind: 'server', id: 'audited', name: 'Audited' }, details: { upstream: 'https://upstream.example' } });
    expect(JSON.stringify(await events('server.registered'))).not.toContain('secret-in');
    await call('DELETE', '/v1/servers/audited');
    expect((await events('server.deleted'))[0]).toMatchObject({ ...byOwner, target: { kind: 'server', id: 'audited' } });
    await call('POST', '/v1/orgs/acme/revoke');
    expect((await events('org.revoked'))[0]).toMatchObject({ ...byOwner, target: { kind: 'org', id: 'acme' } });
  });

  it('nothing of an act that was refused', async () => {
    const before = (await events('server.deleted')).length;
    expect((await call('DELETE', '/v1/servers/audited')).status).toBe(404);
    expect((await events('server.deleted')).length).toBe(before);
  });
});
