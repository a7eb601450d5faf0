import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answering } from '@latchkey/feed';
import { InProcessFeed } from '@latchkey/feed';
import { mintToken } from '@latchkey/token';
import { verifies } from '@latchkey/testing';
import { GiveNotices } from '../src/notices/give-notices.ts';
import { ann, bob, eve, gatewayUrl, KeysFixture, type Claims } from './keys-fixture.ts';

const day = 24 * 3600 * 1000;
const gateway: Claims = { sub: gatewayUrl, scope: '', credential: { kind: 'gateway', id: 'gateway' } };

describe('keys in use', () => {
  const feed = new InProcessFeed();
  const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let keys: KeysFixture;
  let github: Server;
  let asked = 0;
  /** Identity, played: owners that it says no of. */
  const gone = new Set<string>();
  let identity: Answering;
  let identityIsAway = false;
  beforeAll(async () => {
    github = createServer((_request, response) => {
      asked += 1;
      response.end(JSON.stringify({ public_keys: [{ key_identifier: 'k1', key: signer.publicKey.export({ type: 'spki', format: 'pem' }), is_current: true }] }));
    });
    await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
    identity = await feed.answer('ask.identity', (question) => {
      if (identityIsAway) throw new Error('away');
      const { sub, org } = question as { sub: string; org: string };
      const membership = { org, role: 'member', projects: { prod: 'contributor' }, epoch: null };
      return Promise.resolve(gone.has(sub) ? { active: false, code: 'owner_disabled' } : { active: true, membership });
    });
    keys = await KeysFixture.start({ feed, env: { LATCHKEY_GITHUB_KEYS_URL: `http://127.0.0.1:${(github.address() as AddressInfo).port}/keys` } });
    await keys.follow();
  }, 60_000);
  afterAll(async () => {
    await identity.stop();
    await keys.stop();
    github.close();
  });

  const show = async (as: Claims, id: string) => (await keys.call(as, 'GET', `/v1/pats/${id}`)).body;
  const audited = (action: string, id: string) => keys.query<{ event: { details: Record<string, unknown>; actor: unknown } }>("SELECT event FROM audit_outbox WHERE event->>'action' = $1 AND event->'target'->>'id' = $2 ORDER BY created_at", [action, id]);
  const names = async (as: Claims, query: string) => (await keys.call(as, 'GET', `/v1/pats?${query}`)).body.items.map(({ id }) => id);

  describe('told by a gateway', () => {
    const today = () => new Date(keys.clock.nowMs()).toISOString().slice(0, 10);
    const seconds = () => Math.floor(keys.clock.nowMs() / 1000);
    const use = (pat: string, more: object = {}) => ({ pat, server: 'demo', tool: 'add', day: today(), calls: 1, lastUsedAt: seconds(), ...more });
    const tell = (uses: object[], id: string = randomUUID(), as = gateway) => keys.call(as, 'POST', '/internal/usage', { id, uses });
    const usage = async (as: Claims, query = '') => (await keys.call(as, 'GET', `/v1/pats/usage?${query}`)).body.items;

    verifies('K3', 'a report counts once; the last use goes forward only and never past the present', async () => {
      const key = await keys.mint(bob);
      const id = randomUUID();
      const at = seconds();
      for (let time = 0; time < 3; time += 1) expect((await tell([use(key.id, { calls: 5 }), use(key.id, { tool: 'sub', lastUsedAt: at - 100 })], id)).status).toBe(204);
      expect((await show(bob, key.id))['lastUsedAt']).toBe(new Date(at * 1000).toISOString());
      await tell([use(key.id, { lastUsedAt: at - 50 })]);
      expect((await show(bob, key.id))['lastUsedAt']).toBe(new Date(at * 1000).toISOString());
      await tell([use(key.id, { lastUsedAt: at + 1_000_000 })]);
      expect((await show(bob, key.id))['lastUsedAt']).toBe(new Date(keys.clock.nowMs()).toISOString());
      expect(await usage(bob, `key=${key.id}&by=tool`)).toEqual([{ name: 'demo:add', calls: 7 }, { name: 'demo:sub', calls: 1 }]);
    });

    verifies('K3', 'holds so many names of tools of a key and day, and counts the rest together', async () => {
      const [key, other] = [await keys.mint(bob), await keys.mint(bob)];
      const many = (from: number, calls: number) => Array.from({ length: 400 }, (_, at) => use(key.id, { tool: `tool-${from + at}`, calls }));
      await tell([...many(0, 2), use(other.id)]);
      await tell([...many(300, 3), use(other.id, { tool: 'sub' })]);
      const rows = await keys.query<{ tool: string; calls: string }>('SELECT tool, calls FROM key_usage WHERE pat_id = $1', [key.id]);
      expect(rows).toHaveLength(501);
      expect(rows.reduce((sum, { calls }) => sum + Number(calls), 0)).toBe(400 * 2 + 400 * 3);
      // A hundred were known, a hundred had room, two hundred had none.
      expect(Number(rows.find(({ tool }) => tool === '*')?.calls)).toBe(200 * 3);
      expect(Number(rows.find(({ tool }) => tool === 'tool-350')?.calls)).toBe(5);
      expect(await usage(bob, `key=${other.id}&by=tool`)).toEqual(expect.arrayContaining([{ name: 'demo:add', calls: 1 }, { name: 'demo:sub', calls: 1 }]));
    });

    verifies('K3', 'is added up by key, user, organization, server, tool and day, and each sees what they may', async () => {
      keys.clock.advance(40 * day);
      const [ofBob, ofAnn, ofEve] = [await keys.mint(bob), await keys.mint(ann), await keys.mint(eve)];
      await tell([use(ofBob.id, { calls: 3 }), use(ofAnn.id, { calls: 2, server: '', tool: '' }), use(ofEve.id, { calls: 9 }), use('AAAAAAAA', { calls: 50 }), use(ofBob.id, { calls: 1, day: new Date(keys.clock.nowMs() - day).toISOString().slice(0, 10) })]);
      expect(await usage(ann, 'by=key')).toEqual([{ name: ofBob.id, calls: 4 }, { name: ofAnn.id, calls: 2 }]);
      expect(await usage(ann, 'by=user')).toEqual([{ name: 'bob', calls: 4 }, { name: 'ann', calls: 2 }]);
      expect(await usage(ann, 'by=org')).toEqual([{ name: 'acme', calls: 6 }]);
      expect(await usage(ann, 'by=server')).toEqual([{ name: 'demo', calls: 4 }, { name: '', calls: 2 }]);
      expect(await usage(ann, `by=day&from=${today()}`)).toEqual([{ name: today(), calls: 5 }]);
      expect(await usage(bob)).toEqual([{ name: ofBob.id, calls: 4 }]);
      expect(await usage(bob, 'owner=ann')).toEqual([]);
      expect(await usage(eve, 'by=org')).toEqual([{ name: 'globex', calls: 9 }]);
      expect(await usage(eve, `key=${ofBob.id}`)).toEqual([]);
      for (const wrong of ['by=secret', 'from=yesterday', 'key=x', 'limit=0']) expect((await keys.call(ann, 'GET', `/v1/pats/usage?${wrong}`)).status).toBe(400);
    });

    verifies('K3', 'keys that nobody uses are found', async () => {
      const [used, unused] = [await keys.mint(bob, { expiresIn: 'never' }), await keys.mint(bob, { expiresIn: 'never' })];
      keys.clock.advance(10 * day);
      await tell([use(used.id)]);
      const young = await keys.mint(bob, { expiresIn: 'never' });
      const since = `unusedSince=${encodeURIComponent(new Date(keys.clock.nowMs() - day).toISOString())}&limit=100`;
      const found = await names(bob, since);
      expect(found).toContain(unused.id);
      expect(found).not.toContain(used.id);
      expect(found).not.toContain(young.id);
    });

    verifies('K5', 'the use of a key that was replaced is told to the audit log, and not with every report', async () => {
      const old = await keys.mint(bob);
      const next = await keys.call(bob, 'POST', `/v1/pats/${old.id}/rotate`, { graceSeconds: 604_800 });
      keys.clock.advance(60_000);
      for (let time = 0; time < 3; time += 1) await tell([use(old.id)]);
      expect((await audited('pat.used_after_rotation', old.id)).map(({ event }) => event.details)).toEqual([{ owner: 'bob', replacedBy: next.body['id'] }]);
      keys.clock.advance(2 * 3600_000);
      await tell([use(old.id), use(String(next.body['id']))]);
      expect(await audited('pat.used_after_rotation', old.id)).toHaveLength(2);
      expect(await audited('pat.used_after_rotation', String(next.body['id']))).toHaveLength(0);
    });

    it('only by a gateway, and only what is a report', async () => {
      const key = await keys.mint(bob);
      expect((await tell([use(key.id)], randomUUID(), ann)).status).toBe(401);
      for (const wrong of [{ calls: 0 }, { day: 'x' }, { server: 'a\u0000' }, { pat: '../x' }, { calls: 1.5 }]) expect((await tell([use(key.id, wrong)])).status).toBe(400);
      expect((await show(bob, key.id))['lastUsedAt']).toBeNull();
    });
  });

  verifies('K5', 'a policy is tried out: the keys that it would not have allowed, and no others', async () => {
    const carl: Claims = { ...eve, sub: 'carl', org: 'umbra', roles: { org: 'owner', projects: {} } };
    const [week, month, forever] = [await keys.mint(carl, { expiresIn: '7d' }), await keys.mint(carl, { expiresIn: '30d' }), await keys.mint(carl, { expiresIn: 'never' })];
    const gone = await keys.mint(carl, { expiresIn: 'never' });
    await keys.call(carl, 'DELETE', `/v1/pats/${gone.id}`);
    expect((await names(carl, `longerThanSeconds=${7 * 24 * 3600}`)).sort()).toEqual([month.id, forever.id].sort());
    expect(await names(carl, `longerThanSeconds=${31 * 24 * 3600}`)).toEqual([forever.id]);
    expect((await names(carl, 'longerThanSeconds=3600')).sort()).toEqual([week.id, month.id, forever.id].sort());
    keys.clock.advance(8 * day);
    expect((await names(carl, 'longerThanSeconds=3600')).sort()).toEqual([month.id, forever.id].sort());
    expect(await names(bob, 'longerThanSeconds=3600&owner=carl')).toEqual([]);
  });

  verifies('K5', 'notices come at 30, 7 and 1 days, each once, and none of a step that is longer than the life, or of what was replaced', async () => {
    const notices = keys.get(GiveNotices);
    const long = await keys.mint(bob, { expiresIn: '90d' });
    const replaced = await keys.mint(bob, { expiresIn: '365d' });
    await keys.call(bob, 'POST', `/v1/pats/${replaced.id}/rotate`, { graceSeconds: 604_800 });
    const given = async (id: string) => (await audited('pat.expiring', id)).map(({ event }) => event.details['withinDays']);
    const steps: [daysLeft: number, given: number[]][] = [[89, []], [30.1, []], [29.9, [30]], [8, [30]], [6.9, [30, 7]], [5, [30, 7]], [0.9, [30, 7, 1]], [0.1, [30, 7, 1]], [-1, [30, 7, 1]]];
    for (const [daysLeft, expected] of steps) {
      keys.clock.advance(Date.parse(String(long.expiresAt)) - daysLeft * day - keys.clock.nowMs());
      // Two replicas at once.
      await Promise.all([notices.run(), notices.run()]);
      expect([daysLeft, await given(long.id)]).toEqual([daysLeft, expected]);
    }
    const week = await keys.mint(bob, { expiresIn: '7d' });
    for (const [days, expected] of [[0, []], [3, []], [3.5, [1]]] as const) {
      keys.clock.advance(days * day);
      await notices.run();
      expect([days, await given(week.id)]).toEqual([days, expected]);
    }
    expect(await given(replaced.id)).toEqual([]);
    expect((await audited('pat.expiring', long.id))[0]?.event).toMatchObject({ actor: { kind: 'service', id: 'keys' }, details: { owner: 'bob', expiresAt: long.expiresAt } });
  });

  describe('found in the open', () => {
    const report = (tokens: unknown[]) => keys.send('POST', '/v1/leaks', { 'content-type': 'application/json' }, JSON.stringify({ tokens }));

    verifies('K7', 'are ended without a login, for ever, and their organization is told', async () => {
      const [key, service] = [await keys.mint(bob), await keys.mint(ann, { kind: 'service' })];
      const answer = await report([key.token, service.token, key.token]);
      expect([answer.status, answer.body]).toEqual([202, { received: 3 }]);
      for (const { id } of [key, service]) {
        expect(await show(ann, id)).toMatchObject({ status: 'revoked', revokeReason: 'leaked' });
        expect(keys.newestOf(id)?.record).toMatchObject({ revokedAt: expect.any(Number) as number });
        expect(await audited('pat.leaked', id)).toHaveLength(1);
      }
      await report([key.token]);
      expect(await audited('pat.leaked', key.id)).toHaveLength(1);
    });

    verifies('K7', 'the answer tells nothing, and nothing but a whole token ends anything', async () => {
      const key = await keys.mint(bob);
      const flipped = `${key.token.slice(0, 20)}${key.token[20] === 'a' ? 'b' : 'a'}${key.token.slice(21)}`;
      const others = [mintToken().token, key.prefix, key.id, flipped, ` ${key.token}`, `${key.token}x`, '', 'lk_pat_'];
      expect([(await report(others)).status, (await report(others)).body]).toEqual([202, { received: others.length }]);
      expect(await show(bob, key.id)).toMatchObject({ status: 'active' });
      for (const wrong of [[], Array.from({ length: 1001 }, () => 'x'), [1], ['x'.repeat(513)]]) expect((await report(wrong)).status).toBe(400);
      expect(JSON.stringify(keys.logLines)).not.toContain(key.token.slice(16));
    });

    describe('by GitHub', () => {
      const sign = (body: string) => createSign('sha256').update(body).sign(signer.privateKey, 'base64');
      const send = (body: string, signature: string | null = sign(body), keyId = 'k1') =>
        keys.send('POST', '/v1/leaks/github', { 'content-type': 'application/json', 'github-public-key-identifier': keyId, ...(signature === null ? {} : { 'github-public-key-signature': signature }) }, body);
      const alert = (token: string) => ({ token, type: 'latchkey_token', url: 'https://github.com/a/b', source: 'content' });

      verifies('K7', 'a signed report ends keys and is told which were ours; again, it changes nothing', async () => {
        const key = await keys.mint(bob);
        const stranger = mintToken().token;
        // Spaces as they come: the bytes are signed, not what they mean.
        const body = `[ ${JSON.stringify(alert(key.token))},\n ${JSON.stringify(alert(stranger))} ]`;
        for (let time = 0; time < 2; time += 1) {
          expect((await send(body)).body).toEqual([
            { token_raw: key.token, token_type: 'latchkey_token', label: 'true_positive' }, { token_raw: stranger, token_type: 'latchkey_token', label: 'false_positive' },
          ]);
        }
        expect(await show(bob, key.id)).toMatchObject({ status: 'revoked', revokeReason: 'leaked' });
        expect(await audited('pat.leaked', key.id)).toHaveLength(1);
        expect(asked).toBe(1);
      });

      verifies('K7', 'nothing happens for a signature of anything else, of anybody else, or none', async () => {
        const key = await keys.mint(bob);
        const body = JSON.stringify([alert(key.token)]);
        const other = createSign('sha256').update(body).sign(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'base64');
        const attempts = [await send(body, null), await send(body, other), await send(body, sign(`${body} `)), await send(body, sign(body), 'k2'), await send(body, ''), await send(body, 'x'.repeat(513))];
        for (const { status, body: { code } } of attempts) expect([status, code]).toEqual([401, 'signature_invalid']);
        expect(await show(bob, key.id)).toMatchObject({ status: 'active' });
        // A key that is not there is looked for once, not at every request.
        for (let time = 0; time < 5; time += 1) await send(body, sign(body), `k${time + 3}`);
        expect(asked).toBeLessThanOrEqual(2);
      });
    });
  });

  describe('verified', () => {
    const verify = async (as: Claims, token: string, more: object = {}) => (await keys.call(as, 'POST', '/v1/pats/verify', { token, ...more })).body;

    verifies('K13', 'a yes says whose it is, a no says why, and both are answers', async () => {
      const key = await keys.mint(bob, { scopes: ['mcp:read'], projects: ['prod'], tools: ['demo:a*'] });
      expect(await verify(ann, key.token)).toEqual({ valid: true, code: null, principal: { id: key.id, name: 'a key', org: 'acme', owner: 'bob', scopes: ['mcp:read'], projects: ['prod'], tools: ['demo:a*'], expiresAt: key.expiresAt } });
      expect(await verify(ann, key.token, { scope: 'mcp:read', resource: 'org/acme/project/prod/server/demo/tool/add' })).toMatchObject({ valid: true });
      expect(await verify(ann, key.token, { scope: 'mcp:execute' })).toEqual({ valid: false, code: 'insufficient_scope' });
      for (const resource of ['org/acme', 'org/acme/project/dev', 'org/globex/project/prod', 'org/acme/project/prod/server/demo', 'org/acme/project/prod/server/demo/tool/sub']) {
        expect([resource, await verify(ann, key.token, { resource })]).toEqual([resource, { valid: false, code: 'tool_not_allowed' }]);
      }
      expect(await verify(ann, `${key.token}x`)).toEqual({ valid: false, code: 'token_malformed' });
      expect(await verify(ann, mintToken().token)).toEqual({ valid: false, code: 'token_unknown' });
      expect(await verify(eve, key.token)).toEqual({ valid: false, code: 'token_unknown' });
      await keys.call(bob, 'DELETE', `/v1/pats/${key.id}`);
      expect(await verify(ann, key.token)).toEqual({ valid: false, code: 'token_revoked' });
      const short = await keys.mint(bob, { expiresIn: '1h' });
      keys.clock.advance(2 * 3600_000);
      expect(await verify(ann, short.token)).toEqual({ valid: false, code: 'token_expired' });
    });

    verifies('K13', 'the owner counts too, and what nobody can say is 503', async () => {
      const dan: Claims = { ...bob, sub: 'dan' };
      const key = await keys.mint(dan);
      gone.add('dan');
      expect(await verify(ann, key.token)).toEqual({ valid: false, code: 'owner_disabled' });
      identityIsAway = true;
      const other = await keys.mint({ ...bob, sub: 'dora' });
      const answer = await keys.call(ann, 'POST', '/v1/pats/verify', { token: other.token });
      identityIsAway = false;
      expect([answer.status, answer.body['code']]).toEqual([503, 'state_stale']);
      expect(await verify(ann, other.token)).toMatchObject({ valid: true });
    });
  });
});
