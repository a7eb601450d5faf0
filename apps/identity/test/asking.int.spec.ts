import { randomUUID } from 'node:crypto';
import type { IdentityAsk } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { request } from 'undici';
import { DropSigningKey } from '../src/keys/drop-signing-key.ts';
import { admin, gatewayUrl, startAccounts, type Accounts } from './support/accounts.ts';

describe('the online question at identity', () => {
  let accounts: Accounts;
  let sub: string;
  beforeAll(async () => { accounts = await startAccounts(); }, 60_000);
  afterAll(() => accounts.close());
  beforeEach(async () => {
    sub = (await accounts.createUser(`${randomUUID()}@example.com`)).id;
    await accounts.addMember({ userId: sub, org: 'acme', role: 'member', projects: { prod: 'viewer' } });
  });

  const iat = Math.floor(Date.now() / 1000) - 5;
  const question = (more: Partial<IdentityAsk> = {}): IdentityAsk => ({ sub, org: 'acme', iat, client_id: 'c', gid: 'g', sid: 's', jti: randomUUID(), src_jti: null, ...more });
  const sql = (text: string, values: unknown[] = []) => accounts.dataSource.query<unknown>(text, values);

  async function ask(body: unknown, claims: object = { sub: gatewayUrl, credential: { kind: 'gateway', id: 'gateway' } }) {
    const assertion = await accounts.asserter.sign({ iss: gatewayUrl, aud: accounts.issuer, scope: '', ...claims });
    const headers = { 'content-type': 'application/json', 'latchkey-identity': assertion };
    const answer = await request(`${accounts.issuer}/internal/ask`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
  }
  const codeOf = async (body: IdentityAsk) => (await ask(body)).body['code'] ?? 'alive';

  verifies('GW-24', 'says yes with the membership as it stands', async () => {
    expect(await ask(question())).toEqual({ status: 200, body: { active: true, membership: { org: 'acme', role: 'member', projects: { prod: 'viewer' }, epoch: null } } });
    await sql("UPDATE members SET role = 'admin' WHERE user_id = $1", [sub]);
    await sql('DELETE FROM project_members WHERE user_id = $1', [sub]);
    expect((await ask(question())).body).toEqual({ active: true, membership: { org: 'acme', role: 'admin', projects: {}, epoch: null } });
    await sql(`INSERT INTO organization_policies (org, policy, revision) VALUES ('acme', '{"keyMaxLifetimeSeconds": 86400, "requestsPerMinute": 600, "requestsPerMinutePerCredential": 60}', 1)`);
    expect((await ask(question())).body).toMatchObject({ active: true, keyMaxLifetimeSeconds: 86_400, requestsPerMinute: 600, requestsPerMinutePerCredential: 60 });
    expect((await ask(question({ org: null }))).body).toEqual({ active: true, membership: null });
  });

  verifies('K4', 'tells the key service over the feed which keys of an organization are over, and nothing of another', async () => {
    const other = (await accounts.createUser(`${randomUUID()}@example.com`)).id;
    await sql("INSERT INTO organizations (slug, name, epoch) VALUES ('globex', 'Globex', $1)", [iat + 3]);
    const epochsSince = async (since: number) => ((await accounts.feed.ask('ask.identity', { epochs: 'acme', since }, 5000)) as { epochs: object[] }).epochs;
    await sql('UPDATE members SET epoch = NULL');
    await sql('UPDATE organizations SET epoch = NULL');
    expect(await epochsSince(0)).toEqual([]);
    await sql(`UPDATE members SET epoch = ${iat}, removed_at = now() WHERE user_id = $1`, [sub]);
    await sql(`UPDATE users SET epoch = ${iat + 1} WHERE id IN ($1, $2)`, [sub, other]);
    await sql(`UPDATE organizations SET epoch = ${iat + 2} WHERE slug = 'acme'`);
    expect(await epochsSince(0)).toEqual([{ owner: null, epoch: iat + 2 }, { owner: sub, epoch: iat }, { owner: sub, epoch: iat + 1 }]);
    expect(await epochsSince(iat + 2)).toEqual([{ owner: null, epoch: iat + 2 }]);
    await sql('UPDATE organizations SET epoch = NULL');
  });

  verifies('AS-71', 'says no for a token that a dropped key signed, and yes where the asker does not say which', async () => {
    const [key] = await accounts.dataSource.query<{ id: string }[]>("SELECT id FROM secret_keys WHERE purpose = 'ES256' AND retired_at IS NULL");
    expect(await codeOf(question({ kid: key!.id }))).toBe('alive');
    expect(await codeOf(question({ kid: 'never-was' }))).toBe('token_revoked');
    expect(await codeOf(question({ kid: null }))).toBe('alive');
    await accounts.identity.app.get(DropSigningKey).run(key!.id);
    expect(await codeOf(question({ kid: key!.id }))).toBe('token_revoked');
  });

  verifies('GW-25', 'says no for everything that ends a credential, by the tables at that moment', async () => {
    const asked = question({ jti: 'jti-1', gid: 'gid-1', sid: 'sid-1', client_id: 'client-1' });
    expect(await codeOf(asked)).toBe('alive');
    const ends: [string, string, unknown[], string][] = [
      ['INSERT INTO revoked_tokens (jti, expires_at) VALUES ($1, now())', 'DELETE FROM revoked_tokens WHERE jti = $1', ['jti-1'], 'token_revoked'],
      ['INSERT INTO ended_sessions (uid, expires_at) VALUES ($1, now())', 'DELETE FROM ended_sessions WHERE uid = $1', ['sid-1'], 'token_revoked'],
      ["INSERT INTO authorizations (grant_id, user_id, client_id, expires_at, revoked_at) VALUES ($1, gen_random_uuid(), 'x', now(), now())", 'DELETE FROM authorizations WHERE grant_id = $1', ['gid-1'], 'token_revoked'],
      ["INSERT INTO clients (id, origin, metadata, deleted_at) VALUES ($1, 'dynamic', '{}', now())", 'DELETE FROM clients WHERE id = $1', ['client-1'], 'token_revoked'],
      [`UPDATE users SET epoch = ${iat} WHERE id = $1`, 'UPDATE users SET epoch = NULL WHERE id = $1', [sub], 'token_revoked'],
      [`UPDATE members SET epoch = ${iat} WHERE user_id = $1`, 'UPDATE members SET epoch = NULL WHERE user_id = $1', [sub], 'token_revoked'],
      [`UPDATE organizations SET epoch = ${iat} WHERE slug = $1`, 'UPDATE organizations SET epoch = NULL WHERE slug = $1', ['acme'], 'token_revoked'],
      ['UPDATE users SET disabled_at = now() WHERE id = $1', 'UPDATE users SET disabled_at = NULL WHERE id = $1', [sub], 'owner_disabled'],
      ['UPDATE members SET removed_at = now() WHERE user_id = $1', 'UPDATE members SET removed_at = NULL WHERE user_id = $1', [sub], 'owner_disabled'],
      ['UPDATE organizations SET disabled_at = now() WHERE slug = $1', 'UPDATE organizations SET disabled_at = NULL WHERE slug = $1', ['acme'], 'owner_disabled'],
    ];
    for (const [end, undo, values, code] of ends) {
      await sql(end, values);
      expect([end, await codeOf(asked)]).toEqual([end, code]);
      await sql(undo, values);
      expect([undo, await codeOf(asked)]).toEqual([undo, 'alive']);
    }
  });

  it('an epoch spares what was issued after it, and what merely expired or was never heard of ends nothing', async () => {
    await sql('UPDATE users SET epoch = $2 WHERE id = $1', [sub, iat - 1]);
    await sql("INSERT INTO authorizations (grant_id, user_id, client_id, expires_at) VALUES ('gid-2', gen_random_uuid(), 'x', now() - interval '1 day')");
    await sql("INSERT INTO clients (id, origin, metadata) VALUES ('client-2', 'dynamic', '{}')");
    expect(await codeOf(question({ gid: 'gid-2', client_id: 'client-2' }))).toBe('alive');
  });

  it('judges the owner of a PAT, and knows nobody by a foreign kind of id', async () => {
    const owner = { client_id: null, gid: null, sid: null, jti: null };
    expect(await codeOf(question(owner))).toBe('alive');
    for (const stranger of [randomUUID(), "x' OR 1=1 --", 'dyn-client']) expect(await codeOf(question({ ...owner, sub: stranger }))).toBe('owner_disabled');
    expect(await codeOf(question({ ...owner, org: 'no-such-org' }))).toBe('owner_disabled');
  });

  it('gives the same answer over the connection of the feed, and none to what is no question', async () => {
    expect(await accounts.feed.ask('ask.identity', question(), 2000)).toEqual((await ask(question())).body);
    await expect(accounts.feed.ask('ask.identity', { sub }, 2000)).rejects.toMatchObject({ reason: 'refused' });
  });

  it('answers nobody but the gateway itself', async () => {
    const credential = { kind: 'gateway' as const, id: 'gateway' };
    const user = await accounts.userId(admin.email);
    for (const claims of [{ sub: user }, { sub: user, credential }, { sub: gatewayUrl, credential: { kind: 'pat', id: 'Ab12Cd34' } }, { sub: gatewayUrl, credential, aud: 'http://elsewhere.test' }]) {
      expect((await ask(question(), claims)).status).toBe(401);
    }
  });

  it.each([[{}], [[]], [{ sub: 7 }], [{ sub: 'x'.repeat(600) }], [null]])('refuses %j as a question', async (more) => {
    const body = more !== null && Object.keys(more).length > 0 ? { ...question(), ...more } : more;
    expect((await ask(body)).status).toBe(400);
  });
});
