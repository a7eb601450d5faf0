import { eventually, verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { gateway } from './support/identity.ts';
import { startAsker, startWithGateway, type ApiAnswer, type Caller } from './support/asker.ts';
import { connect, refresh, registered } from './support/client.ts';
import { admin } from './support/identity.ts';
import { person, tenant, userId, type Person } from './support/people.ts';

const scope = 'org:read org:admin keys:write';

describe('the API of grants', () => {
  let world: Awaited<ReturnType<typeof startWithGateway>>;
  let asker: Awaited<ReturnType<typeof startAsker>>;
  let issuer: string;
  let owner: Caller;
  let member: Caller;
  let stranger: Caller;
  let mia: Person;
  let rita: Person;

  beforeAll(async () => {
    world = await startWithGateway();
    issuer = world.identity.issuer;
    asker = await startAsker(world.identity);
    mia = await person(world.identity, 'mia@example.com', { org: 'acme', role: 'member', projects: { prod: 'contributor' } });
    rita = await person(world.identity, 'rita@example.com');
    await tenant(world.identity, 'rival', rita);
    owner = { sub: await userId(world.identity, admin.email), org: 'acme', scope, roles: { org: 'owner', projects: {} } };
    member = { sub: mia.id, org: 'acme', scope: 'org:read keys:write', roles: { org: 'member', projects: { prod: 'contributor' } } };
    stranger = { sub: rita.id, org: 'rival', scope, roles: { org: 'owner', projects: {} } };
  }, 60_000);
  afterAll(() => world.stop());

  const outcome = ({ status, body }: ApiAnswer) => [status, body.code];
  const gid = (tokens: { access_token: string }) => decodeJwt<{ gid: string }>(tokens.access_token).gid;
  const ids = ({ body }: ApiAnswer) => body.items.map(({ id }) => id);

  verifies('I6', 'a connected program is listed with what it may do, and with its last use', async () => {
    const { clientId, tokens } = await connect(issuer);
    const id = gid(tokens);
    const shown = await eventually(async () => {
      const { body } = await world.call('GET', `/v1/grants/${id}`, owner);
      return body.lastUsedAt === null ? false : body;
    });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
    expect(shown).toEqual({
      id,
      user: owner.sub,
      email: admin.email,
      client: { id: clientId, name: 'Test', kind: 'dynamic', redirect: 'loopback' },
      org: 'acme',
      projects: null,
      resource: `${gateway}/mcp/demo`,
      scopes: ['mcp:read', 'mcp:execute'],
      origin: 'consent',
      status: 'active',
      createdAt: time,
      lastUsedAt: time,
      address: '127.0.0.1',
      expiresAt: time,
      revokedAt: null,
    });
    expect((await world.call('GET', `/v1/grants?client=${clientId}`, owner)).body).toEqual({ items: [shown], nextCursor: null });
    const [entry] = await world.identity.dataSource.query<{ event: unknown }[]>("SELECT event FROM audit_events WHERE action = 'consent.allowed' AND event->'details'->>'grant' = $1", [id]);
    expect(entry!.event).toMatchObject({ org: 'acme', actor: { kind: 'user', id: owner.sub }, target: { kind: 'client', id: clientId }, details: { origin: 'consent' } });
  });

  verifies('I6', 'whoever holds a connected program keeps no other use from being noted, and its own is noted once they let go', async () => {
    const { dataSource } = world.identity;
    const usedAt = async (id: string) => (await world.call('GET', `/v1/grants/${id}`, owner)).body.lastUsedAt;
    for (;;) {
      const held = gid((await connect(issuer)).tokens);
      const holder = dataSource.createQueryRunner();
      await holder.startTransaction();
      try {
        const [row] = (await holder.query('SELECT used_at FROM authorizations WHERE grant_id = $1 FOR UPDATE', [held])) as { used_at: Date | null }[];
        // Noted before it could be held: another one is taken.
        if (row!.used_at !== null) continue;
        const free = gid((await connect(issuer)).tokens);
        await eventually(async () => (await usedAt(free)) !== null);
        expect(await usedAt(held)).toBeNull();
        await holder.rollbackTransaction();
        await eventually(async () => (await usedAt(held)) !== null);
        return;
      } finally {
        if (holder.isTransactionActive) await holder.rollbackTransaction();
        await holder.release();
      }
    }
  });

  verifies('I6', 'a member sees and disconnects their own programs, and learns nothing of others\'', async () => {
    const theirs = gid((await connect(issuer)).tokens);
    const { clientId, tokens } = await connect(issuer, {}, { as: mia });
    const mine = gid(tokens);
    const listed = await world.call('GET', '/v1/grants', member);
    expect(listed.body.items.map(({ user }) => user)).toEqual(listed.body.items.map(() => mia.id));
    expect(ids(listed)).toContain(mine);
    expect(outcome(await world.call('GET', `/v1/grants?user=${owner.sub}`, member))).toEqual([403, 'insufficient_role']);
    expect(outcome(await world.call('GET', `/v1/grants/${theirs}`, member))).toEqual([404, 'not_found']);
    expect(outcome(await world.call('DELETE', `/v1/grants/${theirs}`, member))).toEqual([404, 'not_found']);
    expect(outcome(await world.call('POST', '/v1/grants/revoke', member, { client: clientId }))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await world.call('POST', '/v1/grants/revoke', { ...member, scope }, { client: clientId }))).toEqual([403, 'insufficient_role']);

    expect(await asker.isActive(tokens.access_token)).toBe(true);
    const ended = await world.call('DELETE', `/v1/grants/${mine}`, member);
    expect(ended).toMatchObject({ status: 200, body: { id: mine, status: 'revoked', consistency: `feed.identity.grant.${mine}@1` } });
    expect(await asker.published('grant', mine)).toMatchObject({ revokedAt: Date.parse(ended.body.revokedAt as string) / 1000 });
    expect(await asker.isActive(tokens.access_token)).toBe(false);
    expect((await refresh(issuer, clientId, tokens.refresh_token)).body.error).toBe('invalid_grant');
    const again = await world.call('DELETE', `/v1/grants/${mine}`, member);
    expect(again.body).toEqual({ ...ended.body, consistency: `feed.identity.grant.${mine}@2` });
    expect((await world.call('GET', `/v1/grants/${mine}`, member)).body).toMatchObject({ status: 'revoked', revokedAt: expect.any(String) as string });
  });

  verifies('I6', 'an administrator finds and disconnects anybody\'s program in the organization', async () => {
    const { clientId, tokens } = await connect(issuer, {}, { as: mia });
    const id = gid(tokens);
    expect(ids(await world.call('GET', `/v1/grants?user=${mia.id}&client=${clientId}&status=active`, owner))).toEqual([id]);
    // Somebody else's takes both, whichever of them is missing.
    expect(outcome(await world.call('DELETE', `/v1/grants/${id}`, { ...owner, scope: 'org:read keys:write' }))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await world.call('DELETE', `/v1/grants/${id}`, { ...owner, scope: 'org:admin' }))).toEqual([403, 'insufficient_scope']);
    expect((await world.call('DELETE', `/v1/grants/${id}`, owner)).status).toBe(200);
    expect(await asker.isActive(tokens.access_token)).toBe(false);
    expect(ids(await world.call('GET', `/v1/grants?client=${clientId}&status=active`, owner))).toEqual([]);
    expect(ids(await world.call('GET', `/v1/grants?client=${clientId}&status=revoked`, owner))).toEqual([id]);
    const [entry] = await world.identity.dataSource.query<{ event: unknown }[]>("SELECT event FROM audit_events WHERE action = 'grant.revoked' AND event->'target'->>'id' = $1", [id]);
    expect(entry!.event).toMatchObject({ org: 'acme', actor: { kind: 'user', id: owner.sub }, credential: { kind: 'pat' }, details: { user: mia.id, client: clientId } });
  });

  verifies('AS-63', 'one client is disconnected for everybody in the organization, and only there', async () => {
    const { client_id: client } = await registered(issuer);
    const { client_id: other } = await registered(issuer);
    const mine = await connect(issuer, {}, { client });
    const hers = await connect(issuer, {}, { client, as: mia });
    const elsewhere = await connect(issuer, { resource: `${gateway}/mcp/rival-server` }, { client, as: rita });
    const different = await connect(issuer, {}, { client: other, as: mia });
    const answer = await world.call('POST', '/v1/grants/revoke', owner, { client });
    expect(answer).toMatchObject({ status: 200, body: { revoked: 2, consistency: expect.stringMatching(/^feed\.identity\.grant\..+@1$/) as string } });
    for (const { tokens } of [mine, hers]) {
      await asker.published('grant', gid(tokens));
      expect(await asker.isActive(tokens.access_token)).toBe(false);
    }
    for (const { tokens } of [elsewhere, different]) expect(await asker.isActive(tokens.access_token)).toBe(true);
    expect((await world.call('POST', '/v1/grants/revoke', owner, { client })).body).toEqual({ revoked: 0, consistency: null });

    expect((await world.call('POST', '/v1/grants/revoke', owner, { user: mia.id })).body).toMatchObject({ revoked: expect.any(Number) as number });
    expect(await asker.isActive(different.tokens.access_token)).toBe(false);
    expect(await asker.isActive(elsewhere.tokens.access_token)).toBe(true);
  });

  verifies('I10', 'another tenant\'s grants are not there, at any endpoint', async () => {
    const { clientId, tokens } = await connect(issuer);
    const id = gid(tokens);
    for (const [method, path] of [['GET', `/v1/grants/${id}`], ['DELETE', `/v1/grants/${id}`], ['GET', '/v1/grants?org=acme'], ['DELETE', `/v1/grants/remembered/${crypto.randomUUID()}`]] as const) {
      expect([path, ...outcome(await world.call(method, path, stranger))]).toEqual([path, 404, 'not_found']);
    }
    expect(outcome(await world.call('POST', '/v1/grants/revoke', stranger, { org: 'acme', client: clientId }))).toEqual([404, 'not_found']);
    expect((await world.call('POST', '/v1/grants/revoke', stranger, { client: clientId })).body).toEqual({ revoked: 0, consistency: null });
    expect(ids(await world.call('GET', `/v1/grants?user=${owner.sub}`, stranger))).toEqual([]);
    expect(await asker.isActive(tokens.access_token)).toBe(true);
    for (const bad of ['%00', 'x'.repeat(90), '..%2f', '%F0%9F%92%A9']) expect(outcome(await world.call('GET', `/v1/grants/${bad}`, owner))).toEqual([404, 'not_found']);
  });

  it('pages through grants in order, and refuses what it cannot read', async () => {
    const { client_id: client } = await registered(issuer);
    for (let n = 0; n < 5; n += 1) await connect(issuer, {}, { client });
    const all = ids(await world.call('GET', `/v1/grants?client=${client}`, owner));
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await world.call('GET', `/v1/grants?client=${client}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`, owner);
      seen.push(...ids(page));
      cursor = page.body.nextCursor;
    }
    expect([all.length, seen]).toEqual([5, all]);
    for (const query of ['cursor=x', 'limit=0', 'user=me', 'status=dead', 'client=%00', `cursor=${Buffer.from('["2020-01-01 00:00:00+00","\'"]').toString('base64url')}`]) {
      expect([query, ...outcome(await world.call('GET', `/v1/grants?${query}`, owner))]).toEqual([query, 400, 'invalid_request']);
    }
    for (const body of [{}, { org: 'acme' }, { client: '' }, { user: 'x' }, { client, all: true }]) {
      expect(outcome(await world.call('POST', '/v1/grants/revoke', owner, body))).toEqual([400, 'invalid_request']);
    }
  });
});
