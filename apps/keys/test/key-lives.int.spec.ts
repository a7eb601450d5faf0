import { eventually, verifies } from '@latchkey/testing';
import { MintReplays } from '../src/personal-access-tokens/mint/mint-replays.ts';
import { ann, bob, eve, KeysFixture, type Claims } from './keys-fixture.ts';

const day = 24 * 3600 * 1000;
const body = { name: 'CI', org: 'acme', scopes: ['mcp:read'], expiresIn: '30d' };

describe('the life of a key', () => {
  let keys: KeysFixture;
  beforeAll(async () => {
    keys = await KeysFixture.start();
    await keys.follow();
  }, 60_000);
  afterAll(() => keys.stop());

  const withKey = (as: Claims, id: string): Claims => ({ ...as, credential: { kind: 'pat', id } });
  const show = async (as: Claims, id: string) => (await keys.call(as, 'GET', `/v1/pats/${id}`)).body;
  const audited = (action: string) => keys.query<{ event: { target: { id: string }; details: Record<string, unknown>; code: string | null } }>("SELECT event FROM audit_outbox WHERE event->>'action' = $1 ORDER BY created_at", [action]);

  describe('minted under a name', () => {
    const mint = (as: Claims, key: string, more: object = {}) => keys.call(as, 'POST', '/v1/pats', { ...body, ...more }, { 'idempotency-key': key });

    verifies('K5', 'the same request gets the same token for ten minutes, and then another', async () => {
      const first = await mint(bob, 'one');
      expect(first.status).toBe(201);
      keys.clock.advance(9 * 60_000);
      const again = await mint(bob, 'one');
      expect([again.status, again.body]).toEqual([201, first.body]);
      keys.clock.advance(60_000);
      const later = await mint(bob, 'one');
      expect(later.status).toBe(201);
      expect(later.body['id']).not.toBe(first.body['id']);
      expect(await keys.query('SELECT 1 FROM personal_access_tokens WHERE id = ANY ($1)', [[first.body['id'], later.body['id']]])).toHaveLength(2);
    });

    verifies('K5', 'another request under the same name is 409, and mints nothing', async () => {
      await mint(bob, 'two');
      const [{ count } = { count: 0 }] = await keys.query<{ count: string }>('SELECT count(*) FROM personal_access_tokens');
      for (const more of [{ name: 'other' }, { scopes: ['mcp:execute'] }, { expiresIn: '7d' }]) expect(await mint(bob, 'two', more)).toMatchObject({ status: 409, body: { code: 'conflict' } });
      expect((await keys.query<{ count: string }>('SELECT count(*) FROM personal_access_tokens'))[0]?.count).toBe(count);
    });

    verifies('K5', 'twenty at once are one', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => mint(bob, 'crowd')));
      expect(new Set(answers.map(({ status, body: { token } }) => `${status} ${String(token)}`)).size).toBe(1);
      expect(answers[0]?.status).toBe(201);
    });

    verifies('K5', 'a name is of one caller, one credential and one organization', async () => {
      const minter = await keys.mint(bob, { scopes: ['keys:write', 'mcp:read'] });
      const callers = [bob, ann, withKey(bob, minter.id), { ...bob, client_id: 'another' }];
      const ids = new Set<unknown>();
      for (const caller of callers) ids.add((await mint(caller, 'shared')).body['id']);
      ids.add((await mint(eve, 'shared', { org: 'globex' })).body['id']);
      expect(ids.size).toBe(5);
      expect(ids.has(undefined)).toBe(false);
      // The client's access token was refreshed in between.
      expect((await mint({ ...bob, credential: { kind: 'access_token', id: 'jti-2' } }, 'shared')).body['id']).toBe([...ids][0]);
    });

    verifies('K5', 'a rotation under a name gives the same successor again, and only to the same request', async () => {
      const old = await keys.mint(bob);
      const rotate = (key: string, graceSeconds: number, id = old.id, as: Claims = bob) => keys.call(as, 'POST', `/v1/pats/${id}/rotate`, { graceSeconds }, { 'idempotency-key': key });
      const answers = await Promise.all(Array.from({ length: 10 }, () => rotate('turn', 600)));
      expect(new Set(answers.map(({ status, body: { token } }) => `${status} ${String(token)}`)).size).toBe(1);
      expect(answers[0]).toMatchObject({ status: 201, body: { replaces: old.id, token: expect.any(String) as string } });
      expect(await keys.query('SELECT 1 FROM personal_access_tokens WHERE replaces = $1', [old.id])).toHaveLength(1);
      expect((await audited('pat.rotated')).filter(({ event }) => event.target?.id === old.id)).toHaveLength(1);
      for (const again of [rotate('turn', 601), rotate('turn', 600, String(answers[0]?.body['id'])), mint(bob, 'turn'), rotate('another', 600)]) {
        expect(await again).toMatchObject({ status: 409, body: { code: 'conflict' } });
      }
      expect(await rotate('turn', 600, old.id, ann)).toMatchObject({ status: 403, body: { code: 'insufficient_role' } });
      expect(await rotate('no spaces', 600)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    });

    verifies('K5', 'the token is at rest only encrypted, bound to its row, and wiped when it ends', async () => {
      const { body: minted } = await mint(bob, 'at-rest');
      const rows = await keys.query<{ row: string; id: string }>('SELECT id, encode(sealed, \'escape\') || id || coalesce(pat_id, \'\') AS row FROM mint_replays');
      for (const { row } of rows) expect(row).not.toContain(String(minted['token']).slice(16));
      const [mine] = await keys.query<{ id: string }>('SELECT id FROM mint_replays WHERE pat_id = $1', [minted['id']]);
      await keys.query('UPDATE mint_replays SET sealed = (SELECT sealed FROM mint_replays WHERE id <> $1 LIMIT 1) WHERE id = $1', [mine?.id]);
      expect((await mint(bob, 'at-rest')).status).toBe(500);
      keys.clock.advance(10 * 60_000);
      await keys.get(MintReplays).wipe();
      expect(await keys.query('SELECT 1 FROM mint_replays')).toHaveLength(0);
    });

    it('400 for what is no name', async () => {
      for (const key of ['x'.repeat(256), 'with space', 'ü']) expect([key, (await mint(bob, key)).status]).toEqual([key, 400]);
    });
  });

  describe('rotated', () => {
    const rotate = (as: Claims, id: string, graceSeconds?: number) => keys.call(as, 'POST', `/v1/pats/${id}/rotate`, graceSeconds === undefined ? {} : { graceSeconds });

    verifies('K5', 'the new key may do the same for as long, the old one ends after the grace, and both are there to see', async () => {
      const old = await keys.mint(bob, { scopes: ['mcp:read', 'mcp:execute'], projects: ['prod'], tools: ['demo:*'], allowedIps: ['10.0.0.0/8'], rateLimit: { limit: 9, windowSeconds: 60 }, expiresIn: '30d' });
      keys.clock.advance(20 * day);
      const nowSeconds = Math.floor(keys.clock.nowMs() / 1000);
      const { status, body: next } = await rotate(bob, old.id, 3600);
      expect(status).toBe(201);
      const { name, scopes, projects, tools, allowedIps, rateLimit, owner, org } = old;
      expect(next).toMatchObject({ name, scopes, projects, tools, allowedIps, rateLimit, owner, org, status: 'active', replaces: old.id, consistency: `feed.keys.pat.${String(next['id'])}@1` });
      expect(next['token']).not.toBe(old.token);
      expect(Date.parse(String(next['expiresAt'])) / 1000).toBe(nowSeconds + 30 * 24 * 3600);
      expect(await show(bob, old.id)).toMatchObject({ status: 'expiring', replacedBy: next['id'], revokedAt: null, expiresAt: new Date((nowSeconds + 3600) * 1000).toISOString() });
      expect(keys.newestOf(old.id)?.record).toMatchObject({ expiresAt: nowSeconds + 3600, revokedAt: null });
      expect(keys.newestOf(next['id'])?.record).toMatchObject({ scopes, projects, tools, expiresAt: nowSeconds + 30 * 24 * 3600 });
      expect((await audited('pat.rotated')).at(-1)?.event).toMatchObject({ target: { id: old.id }, details: { replacedBy: next['id'], graceSeconds: 3600 } });
      keys.clock.advance(3601_000);
      expect(await show(bob, old.id)).toMatchObject({ status: 'expired' });
    });

    verifies('K5', 'without a grace the old one is revoked at once; a grace never lengthens a life', async () => {
      const old = await keys.mint(bob);
      await rotate(bob, old.id);
      expect(await show(bob, old.id)).toMatchObject({ status: 'revoked', revokeReason: 'rotated' });
      const short = await keys.mint(bob, { expiresIn: '1h' });
      await rotate(bob, short.id, 604_800);
      expect((await show(bob, short.id))['expiresAt']).toBe(short.expiresAt);
    });

    verifies('K5', 'once: what was rotated, revoked or has ended is 409, and ten at once make one successor', async () => {
      const old = await keys.mint(bob);
      const answers = await Promise.all(Array.from({ length: 10 }, () => rotate(bob, old.id, 60)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
      expect(await keys.query('SELECT 1 FROM personal_access_tokens WHERE replaces = $1', [old.id])).toHaveLength(1);
      const revoked = await keys.mint(bob);
      await keys.call(bob, 'DELETE', `/v1/pats/${revoked.id}`);
      expect(await rotate(bob, revoked.id)).toMatchObject({ status: 409, body: { code: 'conflict' } });
      const expired = await keys.mint(bob, { expiresIn: '7d' });
      keys.clock.advance(8 * day);
      expect(await rotate(bob, expired.id)).toMatchObject({ status: 409 });
      for (const graceSeconds of [-1, 604_801, 1.5]) expect(await rotate(bob, old.id, graceSeconds)).toMatchObject({ status: 400 });
    });

    verifies('K5', 'for as long as is asked for: a key that outlives what a policy allows by now has a successor all the same', async () => {
      const bounded: Claims = { ...bob, key_max_lifetime: 7 * 24 * 3600 };
      const old = await keys.mint(bob, { expiresIn: 'never' });
      const ask = (as: Claims, id: string, expiresIn?: string, more: Record<string, string> = {}) => keys.call(as, 'POST', `/v1/pats/${id}/rotate`, { graceSeconds: 60, ...(expiresIn === undefined ? {} : { expiresIn }) }, more);
      for (const expiresIn of [undefined, 'never', '8d']) expect(await ask(bounded, old.id, expiresIn)).toMatchObject({ status: 403, body: { code: 'policy_violation', detail: expect.stringContaining('expiresIn') as string } });
      for (const expiresIn of ['soon', '0d', '7']) expect(await ask(bounded, old.id, expiresIn)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
      expect(await show(bob, old.id)).toMatchObject({ status: 'active' });
      const nowSeconds = Math.floor(keys.clock.nowMs() / 1000);
      const next = await ask(bounded, old.id, '7d', { 'idempotency-key': 'shorter' });
      expect([next.status, next.body['replaces'], Date.parse(String(next.body['expiresAt'])) / 1000]).toEqual([201, old.id, nowSeconds + 7 * 24 * 3600]);
      expect((await ask(bounded, old.id, '7d', { 'idempotency-key': 'shorter' })).body['token']).toBe(next.body['token']);
      expect(await ask(bounded, old.id, '6d', { 'idempotency-key': 'shorter' })).toMatchObject({ status: 409 });
      // By a key, no longer than that has left.
      const short = await keys.mint(bob, { scopes: ['keys:write'], expiresIn: '1d' });
      expect((await ask(withKey(bob, short.id), short.id, '90d')).body['expiresAt']).toBe(short.expiresAt);
    });

    verifies('K5', 'only for its owner, as far as their role still goes, and never for longer by a key than that has left', async () => {
      const ofBob = await keys.mint(bob, { scopes: ['mcp:execute'] });
      // The token would act as Bob.
      expect(await rotate(ann, ofBob.id)).toMatchObject({ status: 403, body: { code: 'insufficient_role' } });
      expect(await rotate({ ...bob, roles: { org: 'member', projects: {} } }, ofBob.id)).toMatchObject({ status: 403, body: { code: 'insufficient_role' } });
      expect(await rotate({ ...bob, key_max_lifetime: 7 * 24 * 3600 }, ofBob.id)).toMatchObject({ status: 403, body: { code: 'policy_violation' } });
      const weak = await keys.mint(bob, { scopes: ['keys:write'] });
      expect(await rotate(withKey(bob, weak.id), ofBob.id)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
      expect(await show(bob, ofBob.id)).toMatchObject({ status: 'active' });
      keys.clock.advance(10 * day);
      const itself = await rotate(withKey(bob, weak.id), weak.id, 60);
      expect([itself.status, itself.body['expiresAt']]).toEqual([201, weak.expiresAt]);
    });
  });

  describe('changed', () => {
    const change = (as: Claims, id: string, to: object) => keys.call(as, 'PATCH', `/v1/pats/${id}`, to);

    verifies('K1', 'has another name, or less: told to the gateways and audited', async () => {
      const key = await keys.mint(bob, { scopes: ['mcp:read', 'mcp:execute'] });
      const to = { name: 'other', scopes: ['mcp:read'], projects: ['prod'], tools: ['demo:a*'], allowedIps: ['10.0.0.0/8'], rateLimit: { limit: 1, windowSeconds: 1 } };
      const answer = await change(bob, key.id, to);
      expect([answer.status, answer.body]).toMatchObject([200, { ...to, consistency: `feed.keys.pat.${key.id}@2` }]);
      expect(await show(bob, key.id)).toMatchObject(to);
      const { name: _, ...told } = to;
      expect(keys.newestOf(key.id)).toMatchObject({ version: 2, record: told });
      expect((await audited('pat.changed')).at(-1)?.event).toMatchObject({ target: { id: key.id }, details: { changed: Object.keys(to) } });
    });

    verifies('K2', 'never more, in any part, whoever asks', async () => {
      const parts = { scopes: ['mcp:read'], projects: ['prod'], grants: [{ resource: 'org/acme/project/prod', actions: ['read'] }], tools: ['demo:a*'], allowedIps: ['10.0.0.0/8'], rateLimit: { limit: 1, windowSeconds: 1 } };
      const key = await keys.mint(bob, parts);
      const wider: [object, string][] = [
        [{ scopes: ['mcp:read', 'mcp:execute'] }, 'scopes'], [{ projects: ['prod', 'dev'] }, 'projects'],
        [{ grants: [{ resource: 'org/acme', actions: ['read'] }] }, 'grants'], [{ grants: [{ resource: 'org/acme/project/prod', actions: ['write'] }] }, 'grants'],
        [{ tools: ['demo:*'] }, 'tools'], [{ allowedIps: ['10.0.0.0/7'] }, 'allowedIps'], [{ rateLimit: { limit: 2, windowSeconds: 1 } }, 'rateLimit'],
      ];
      const message = 'wider than it is; a key can only be narrowed';
      for (const who of [bob, ann]) {
        for (const [to, path] of wider) {
          const answer = await change(who, key.id, { name: 'x', ...to });
          expect([to, answer]).toMatchObject([to, { status: 403, body: { code: 'invalid_request', detail: `${path}: ${message}. For more, mint another key.`, issues: [{ path, message }] } }]);
          // No scope would help, so none is asked for.
          expect(answer.headers['www-authenticate']).toBeUndefined();
        }
      }
      for (const wrong of [{}, { projects: null }, { expiresIn: '365d' }, { org: 'globex' }, { kind: 'service' }, { tools: [] }]) expect([wrong, (await change(bob, key.id, wrong)).status]).toEqual([wrong, 400]);
      expect(await show(bob, key.id)).toMatchObject(parts);
      await keys.call(bob, 'DELETE', `/v1/pats/${key.id}`);
      expect(await change(bob, key.id, { name: 'x' })).toMatchObject({ status: 409 });
    });
  });

  verifies('K4', 'revoked for a reason, which stays', async () => {
    const key = await keys.mint(bob);
    await keys.call(bob, 'DELETE', `/v1/pats/${key.id}`, { reason: 'left in a log' });
    await keys.call(bob, 'DELETE', `/v1/pats/${key.id}`, { reason: 'another' });
    expect(await show(bob, key.id)).toMatchObject({ status: 'revoked', revokeReason: 'left in a log' });
    expect(await keys.call(bob, 'DELETE', `/v1/pats/${key.id}`, { reason: 'a\u0000b' })).toMatchObject({ status: 400 });
  });

  describe('revoked with many', () => {
    const revoke = (as: Claims, what: object) => keys.call(as, 'POST', '/v1/pats/revoke', what);
    const statuses = async (...of: { id: string }[]) => Promise.all(of.map(async ({ id }) => (await keys.query<{ revoked: boolean }>('SELECT revoked_at IS NOT NULL AS revoked FROM personal_access_tokens WHERE id = $1', [id]))[0]?.revoked));
    const epochs = () => keys.messages.filter(({ record }) => record.kind === 'key_epoch');

    verifies('K6', 'one event for all of a user, minted until a moment; what is minted in the same second lives', async () => {
      keys.clock.advance(5000);
      const [first, ofAnn, ofEve] = [await keys.mint(bob), await keys.mint(ann), await keys.mint(eve)];
      const issuedBefore = new Date(keys.clock.nowMs()).toISOString();
      keys.clock.advance(5000);
      const second = await keys.mint(bob);
      const told = keys.messages.length;
      const partly = await revoke(ann, { user: 'bob', issuedBefore, reason: 'laptop lost' });
      expect(partly).toMatchObject({ status: 200, body: { revoked: expect.any(Number) as number, consistency: expect.stringMatching(/^feed\.keys\.key_epoch\.[\w-]{43}@1$/) as string } });
      expect(await statuses(first, second, ofAnn, ofEve)).toEqual([true, false, false, false]);
      expect(keys.messages.slice(told).map(({ record }) => record)).toEqual([expect.objectContaining({ kind: 'key_epoch', org: 'acme', owner: 'bob', project: null, epoch: Math.floor(Date.parse(issuedBefore) / 1000) })]);
      expect(await show(bob, first.id)).toMatchObject({ status: 'revoked', revokeReason: 'laptop lost' });

      const all = await revoke(bob, { user: 'bob' });
      expect(all.body).toMatchObject({ revoked: 1 });
      const third = await keys.mint(bob);
      const record = keys.newestOf(third.id)?.record as { mintedAt: number };
      expect(record.mintedAt).toBeGreaterThan((epochs().at(-1)?.record as { epoch: number }).epoch);
      expect(await statuses(second, third)).toEqual([true, false]);
      // An earlier moment takes nothing back.
      await revoke(bob, { user: 'bob', issuedBefore });
      expect(epochs().at(-1)?.record).toMatchObject({ epoch: (epochs().at(-2)?.record as { epoch: number }).epoch });
      expect((await audited('pats.revoked')).at(0)?.event).toMatchObject({ details: { user: 'bob', reason: 'laptop lost' } });
    });

    verifies('K6', 'of a project: the keys that name it, in projects or in grants, and no others', async () => {
      const grant = (resource: string) => ({ grants: [{ resource, actions: ['read'] }] });
      const inProject = [await keys.mint(ann, { projects: ['prod', 'dev'] }), await keys.mint(ann, grant('org/acme/project/prod')), await keys.mint(ann, grant('org/acme/project/prod/server/x'))];
      // Put into the second after an epoch, and ended in the same one.
      const others = [await keys.mint(ann), await keys.mint(ann, { projects: ['dev'] }), await keys.mint(ann, grant('org/acme/project/production')), await keys.mint(ann, grant('org/acme'))];
      await revoke(ann, { project: 'prod' });
      expect(await statuses(...inProject)).toEqual([true, true, true]);
      expect(await statuses(...others)).toEqual([false, false, false, false]);
      const ofBob = await keys.mint(bob, { projects: ['prod'] });
      const ofAnn = await keys.mint(ann, { projects: ['prod'] });
      keys.clock.advance(2000);
      await revoke(ann, { project: 'prod', user: 'bob' });
      expect(await statuses(ofBob, ofAnn)).toEqual([true, false]);
    });

    verifies('K6', 'by name: all or none', async () => {
      const [one, two, ofEve] = [await keys.mint(bob), await keys.mint(bob), await keys.mint(eve)];
      expect(await revoke(bob, { ids: [one.id, ofEve.id] })).toMatchObject({ status: 404 });
      expect(await statuses(one, ofEve)).toEqual([false, false]);
      expect((await revoke(bob, { ids: [two.id, one.id, one.id] })).body).toMatchObject({ revoked: 2 });
      expect(keys.newestOf(two.id)?.record).toMatchObject({ revokedAt: expect.any(Number) as number });
      expect((await revoke(bob, { ids: [one.id] })).body).toEqual({ revoked: 0, consistency: null });
    });

    verifies('K13', 'others’ keys are for owners and administrators, another organization is for nobody here', async () => {
      const ofEve = await keys.mint(eve);
      for (const what of [{ org: 'acme' }, { user: 'ann' }, { project: 'prod' }, { issuedBefore: '2026-01-01T00:00:00Z' }]) {
        expect([what, await revoke(bob, what)]).toMatchObject([what, { status: 403, body: { code: 'insufficient_role' } }]);
      }
      expect(await revoke(ann, { org: 'globex' })).toMatchObject({ status: 403, body: { code: 'tenant_mismatch' } });
      await revoke(ann, { user: 'eve' });
      await revoke(ann, { org: 'acme' });
      expect(await statuses(ofEve)).toEqual([false]);
      for (const wrong of [{ user: 'bob', issuedBefore: '1969-12-31T23:59:59Z' }, { issuedBefore: '0000-01-01T00:00:00Z' }, {}, { ids: [] }, { ids: ['x'] }, { ids: [ofEve.id], user: 'eve' }, { issuedBefore: 'yesterday' }, { issuedBefore: '2999-01-01T00:00:00Z' }, { reason: 'x' }]) {
        expect([wrong, (await revoke(ann, wrong)).status]).toEqual([wrong, 400]);
      }
    });

    verifies('K6', 'a mint that runs at the same time is revoked or is later than the epoch', async () => {
      for (let round = 0; round < 5; round += 1) {
        const [minted] = await Promise.all([Promise.all(Array.from({ length: 4 }, () => keys.mint(bob))), revoke(ann, { user: 'bob' })]);
        const epoch = (epochs().at(-1)?.record as { epoch: number }).epoch;
        for (const { id } of minted) {
          const [row] = await keys.query<{ revoked: boolean; minted: string }>('SELECT revoked_at IS NOT NULL AS revoked, floor(extract(epoch FROM created_at)) AS minted FROM personal_access_tokens WHERE id = $1', [id]);
          expect(row?.revoked).toBe(Number(row?.minted) <= epoch);
        }
        keys.clock.advance(3000);
      }
    });
  });

  describe('of an organization', () => {
    verifies('K12', 'is minted by who rules it, has a prefix of its own, and is nobody’s', async () => {
      const key = await keys.mint(ann, { kind: 'service', scopes: ['mcp:execute', 'keys:write'], projects: ['prod'] });
      expect(key).toMatchObject({ kind: 'service', owner: `svc_${key.id}`, prefix: `lk_svc_${key.id}` });
      expect(key.token).toMatch(/^lk_svc_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}$/);
      expect(keys.newestOf(key.id)?.record).toMatchObject({ service: true, owner: `svc_${key.id}` });
      expect(await keys.call(bob, 'POST', '/v1/pats', { ...body, kind: 'service' })).toMatchObject({ status: 403, body: { code: 'insufficient_role' } });
      expect(await keys.call(bob, 'GET', `/v1/pats/${key.id}`)).toMatchObject({ status: 404 });
      expect(await show(ann, key.id)).toMatchObject({ kind: 'service' });
      const next = await keys.call(ann, 'POST', `/v1/pats/${key.id}/rotate`, {});
      expect(next.body).toMatchObject({ kind: 'service', owner: `svc_${String(next.body['id'])}`, replaces: key.id });
    });

    verifies('K12', 'mints its like and less, and nothing for a person', async () => {
      const key = await keys.mint(ann, { kind: 'service', scopes: ['keys:write', 'mcp:read'] });
      const itself: Claims = { sub: key.owner, org: 'acme', scope: 'keys:write mcp:read', roles: { org: 'admin', projects: {} }, credential: { kind: 'pat', id: key.id } };
      expect(await keys.call(itself, 'POST', '/v1/pats', body)).toMatchObject({ status: 403, body: { code: 'insufficient_role' } });
      expect(await keys.call(itself, 'POST', '/v1/pats', { ...body, kind: 'service', scopes: ['mcp:execute'] })).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
      expect(await keys.call(itself, 'POST', '/v1/pats', { ...body, kind: 'service' })).toMatchObject({ status: 201, body: { kind: 'service', expiresAt: key.expiresAt } });
    });
  });

  verifies('K13', 'every way to a key answers 404 to another organization, as to what is not there', async () => {
    const ofBob = await keys.mint(bob);
    const ways: ['GET' | 'POST' | 'PATCH' | 'DELETE', string, object?][] = [
      ['GET', ''], ['DELETE', ''], ['PATCH', '', { name: 'x' }], ['POST', '/rotate', { graceSeconds: 0 }],
    ];
    for (const [method, path, sent] of ways) {
      const answers = await Promise.all([ofBob.id, 'AAAAAAAA', '%00', "'"].map((id) => keys.call(eve, method, `/v1/pats/${id}${path}`, sent)));
      expect([method, path, answers.map(({ status, body: { code } }) => [status, code])]).toEqual([method, path, answers.map(() => [404, 'not_found'])]);
    }
    await eventually(async () => expect(await show(bob, ofBob.id)).toMatchObject({ status: 'active', name: 'a key' }));
  });

  it('no answer, log line, record or audit row holds a token, but the answer that gives it', async () => {
    const { token } = (await keys.call(ann, 'POST', '/v1/pats', body, { 'idempotency-key': 'secret-name' })).body;
    const secret = String(token).slice(16);
    const dump = JSON.stringify([keys.logLines, keys.messages, await keys.query('SELECT * FROM audit_outbox'), await keys.query('SELECT * FROM personal_access_tokens')]);
    expect(dump).not.toContain(secret);
    expect(dump).not.toContain('secret-name');
  });
});
