import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Latchkey, LatchkeyError, natsTransport } from '@latchkey/client';
import type { AuditEvent } from '@latchkey/contracts';
import { natsSubjects } from '@latchkey/contracts/openapi';
import { InProcessFeed, NatsCalls, type Answering } from '@latchkey/feed';
import { createLogger } from '@latchkey/telemetry';
import { mintToken } from '@latchkey/token';
import { startNats, verifies, type TestNats } from '@latchkey/testing';
import { connect, headers as newHeaders, type NatsConnection } from '@nats-io/transport-node';
import { NoteUse } from '../src/calls/note-use.ts';
import { GiveNotices } from '../src/notices/give-notices.ts';
import { ann, bob, eve, gatewayUrl, KeysFixture, type Answer, type Claims } from './keys-fixture.ts';

const day = 24 * 3600 * 1000;
const gateway: Claims = { sub: gatewayUrl, scope: '', credential: { kind: 'gateway', id: 'gateway' } };

describe('keys in use', () => {
  const feed = new InProcessFeed();
  const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let keys: KeysFixture;
  let nats: TestNats;
  let calls: NatsCalls;
  const callLog: string[] = [];
  let github: Server;
  let asked = 0;
  /** Identity, played: owners that it says no of. */
  const gone = new Set<string>();
  let identity: Answering;
  let identityIsAway = false;
  /** What it says that organizations demand. */
  let demands: object = {};
  beforeAll(async () => {
    github = createServer((_request, response) => {
      asked += 1;
      response.end(JSON.stringify({ public_keys: [{ key_identifier: 'k1', key: signer.publicKey.export({ type: 'spki', format: 'pem' }), is_current: true }] }));
    });
    await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
    identity = await feed.answer('ask.identity', (question) => {
      if (identityIsAway) throw new Error('away');
      const { sub, org, service } = question as { sub: string; org: string; service?: true };
      const membership = service === true ? { org, role: 'admin', projects: {}, epoch: null } : { org, role: 'member', projects: { prod: 'contributor' }, epoch: null };
      return Promise.resolve(gone.has(sub) ? { active: false, code: 'owner_disabled' } : { active: true, membership, ...demands });
    });
    nats = await startNats({ config: fileURLToPath(new URL('../../../deploy/nats/latchkey.conf', import.meta.url)), env: { NATS_IDENTITY_PASSWORD: 'i-pw', NATS_KEYS_PASSWORD: 'k-pw', NATS_GATEWAY_PASSWORD: 'g-pw', NATS_SERVICE_PASSWORD: 's-pw' } });
    calls = await NatsCalls.connect({ servers: nats.url.replace('nats://', 'nats://keys:k-pw@'), name: 'keys', logger: createLogger('keys', 'warn', { write: (line) => void callLog.push(line) }) });
    keys = await KeysFixture.start({ feed, calls, env: { LATCHKEY_GITHUB_KEYS_URL: `http://127.0.0.1:${(github.address() as AddressInfo).port}/keys` } });
    await keys.follow();
  }, 60_000);
  afterAll(async () => {
    await identity.stop();
    await keys.stop();
    await calls.close();
    await nats.stop();
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

    verifies('K3', 'is turned page by page, each item once, also where many were used as often', async () => {
      const lea: Claims = { ...bob, sub: 'lea' };
      const keysOfLea: { id: string }[] = [];
      for (let number = 0; number < 7; number += 1) keysOfLea.push(await keys.mint(lea));
      await tell(keysOfLea.map(({ id }, at) => use(id, { calls: at < 4 ? 5 : at })));
      await tell(Array.from({ length: 5 }, (_, at) => use(keysOfLea[0]!.id, { tool: `${'ü'.repeat(120)}${at}`, calls: 2 })));
      for (const by of ['key', 'tool', 'server', 'day']) {
        const whole = await keys.call(lea, 'GET', `/v1/pats/usage?by=${by}`);
        expect(whole.body.nextCursor).toBeNull();
        const seen: unknown[] = [];
        let cursor: string | null = null;
        do {
          const page: Answer = await keys.call(lea, 'GET', `/v1/pats/usage?by=${by}&limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
          expect(page.body.items.length).toBeGreaterThan(0);
          seen.push(...page.body.items);
          cursor = page.body.nextCursor;
        } while (cursor !== null);
        expect(seen).toEqual(whole.body.items);
        expect(seen).toHaveLength({ key: 7, tool: 6, server: 1, day: 1 }[by]!);
      }
      const first = await keys.call(lea, 'GET', '/v1/pats/usage?limit=3');
      // The next page is of the same days, although they are over.
      keys.clock.advance(2 * day);
      const next = await keys.call(lea, 'GET', `/v1/pats/usage?limit=100&cursor=${first.body.nextCursor}`);
      expect(next.body.items).toHaveLength(4);
      const bad = ['x', 'W10', Buffer.from('["key","2026-03-01","2026-03-01","1","x\\u0000"]').toString('base64url'), Buffer.from('["key","0000-01-01","2026-03-01","1","x"]').toString('base64url')];
      for (const cursor of bad) expect(await keys.call(lea, 'GET', `/v1/pats/usage?cursor=${cursor}`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
      expect((await keys.call(lea, 'GET', `/v1/pats/usage?by=tool&cursor=${first.body.nextCursor}`)).status).toBe(400);
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

    verifies(['K7', 'WH-15'], 'are ended without a login, for ever, and their organization is told', async () => {
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
      const others = [mintToken().token, key.prefix, key.id, flipped, `x ${key.token}`, `${key.token} x`, `${key.token}x`, '', 'lk_pat_'];
      expect([(await report(others)).status, (await report(others)).body]).toEqual([202, { received: others.length }]);
      expect(await show(bob, key.id)).toMatchObject({ status: 'active' });
      for (const wrong of [[], Array.from({ length: 1001 }, () => 'x'), [1], ['x'.repeat(513)]]) expect((await report(wrong)).status).toBe(400);
      expect(JSON.stringify(keys.logLines)).not.toContain(key.token.slice(16));
    });

    verifies('K7', 'white space around a token is of where it was found, and saves no key', async () => {
      const found = [await keys.mint(bob), await keys.mint(bob), await keys.mint(bob)];
      expect((await report([` ${found[0]!.token}\n`, `\t${found[1]!.token}\r\n`, found[2]!.token, `${found[2]!.token} `])).body).toEqual({ received: 4 });
      for (const { id } of found) expect([await show(bob, id), await audited('pat.leaked', id)]).toMatchObject([{ status: 'revoked', revokeReason: 'leaked' }, { length: 1 }]);
    });

    describe('by GitHub', () => {
      const sign = (body: string) => createSign('sha256').update(body).sign(signer.privateKey, 'base64');
      const send = (body: string, signature: string | null = sign(body), keyId = 'k1') =>
        keys.send('POST', '/v1/leaks/github', { 'content-type': 'application/json', 'github-public-key-identifier': keyId, ...(signature === null ? {} : { 'github-public-key-signature': signature }) }, body);
      const alert = (token: string) => ({ token, type: 'latchkey_token', url: 'https://github.com/a/b', source: 'content' });

      verifies(['K7', 'WH-15'], 'a signed report ends keys and is told which were ours; again, it changes nothing', async () => {
        const key = await keys.mint(bob);
        const stranger = mintToken().token;
        const lines = `${key.token}\n`;
        // Spaces as they come: the bytes are signed, not what they mean.
        const body = `[ ${JSON.stringify(alert(key.token))},\n ${JSON.stringify(alert(stranger))} ]`;
        for (let time = 0; time < 2; time += 1) {
          expect((await send(body)).body).toEqual([
            { token_raw: key.token, token_type: 'latchkey_token', label: 'true_positive' }, { token_raw: stranger, token_type: 'latchkey_token', label: 'false_positive' },
          ]);
        }
        // A label is of the text that was sent, and each has one.
        const twice = JSON.stringify([alert(lines), alert(key.token), alert(lines)]);
        expect((await send(twice)).body).toMatchObject([{ token_raw: lines, label: 'true_positive' }, { token_raw: key.token, label: 'true_positive' }, { token_raw: lines, label: 'true_positive' }]);
        expect(await show(bob, key.id)).toMatchObject({ status: 'revoked', revokeReason: 'leaked' });
        expect(await audited('pat.leaked', key.id)).toHaveLength(1);
        expect(asked).toBe(1);
      });

      verifies(['K7', 'WH-15'], 'nothing happens for a signature of anything else, of anybody else, or none', async () => {
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

    verifies('K13', 'a text of any length that is no token is a no, up to what anybody would send', async () => {
      for (const token of ['', 'x'.repeat(513), `lk_pat_${'x'.repeat(8185)}`]) expect(await verify(ann, token)).toEqual({ valid: false, code: 'token_malformed' });
      expect(await keys.call(ann, 'POST', '/v1/pats/verify', { token: 'x'.repeat(8193) })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    });

    verifies('K13', 'the role of the owner counts where the resource is, and what it does not carry no scope would help', async () => {
      const free = await keys.mint(bob, { scopes: ['mcp:read', 'keys:read'] });
      const [prod, dev] = ['org/acme/project/prod', 'org/acme/project/dev'];
      expect(await verify(ann, free.token, { resource: prod })).toMatchObject({ valid: true });
      expect(await verify(ann, free.token, { resource: prod, scope: 'mcp:read' })).toMatchObject({ valid: true });
      for (const resource of [dev, `${dev}/server/demo`, `${dev}/server/demo/tool/add`, 'org/acme/project/constructor']) {
        for (const more of [{}, { scope: 'mcp:read' }, { scope: 'keys:read' }, { scope: 'mcp:execute' }]) expect([resource, more, await verify(ann, free.token, { resource, ...more })]).toEqual([resource, more, { valid: false, code: 'insufficient_role' }]);
      }
      // The role in prod carries it and the key does not; and the other way round.
      expect(await verify(ann, free.token, { resource: prod, scope: 'mcp:execute' })).toEqual({ valid: false, code: 'insufficient_scope' });
      for (const more of [{ scope: 'org:admin' }, { scope: 'servers:write', resource: prod }]) expect(await verify(ann, free.token, more)).toEqual({ valid: false, code: 'insufficient_role' });
      const ofOrg = await keys.mint(ann, { kind: 'service', scopes: ['mcp:read'] });
      expect(await verify(ann, ofOrg.token, { resource: dev, scope: 'mcp:read' })).toMatchObject({ valid: true });
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

  describe('by another service, over NATS', () => {
    let connection: NatsConnection;
    beforeAll(async () => {
      connection = await connect({ servers: nats.url, user: 'service', pass: 's-pw', inboxPrefix: '_INBOX_service' });
    });
    afterAll(() => connection.close());

    const serviceKey = (more: object = {}) => keys.mint(ann, { kind: 'service', scopes: ['keys:write'], ...more });
    const as = (credential: string) => new Latchkey({ transport: natsTransport({ connection, headers: newHeaders, credential }), retries: 0 });
    const codeOf = async (answer: Promise<unknown>): Promise<string> => answer.then(() => 'none', (error: unknown) => (error instanceof LatchkeyError ? `${String(error.status)} ${error.code}` : String(error)));
    async function raw(subject: string, payload: string, headers: Record<string, string> = {}) {
      const sent = newHeaders();
      for (const [name, value] of Object.entries(headers)) sent.set(name, value);
      const reply = await connection.request(subject, payload, { timeout: 5000, headers: sent });
      return { code: reply.headers?.get('Nats-Service-Error') ?? '', status: reply.headers?.get('Nats-Service-Error-Code') ?? '', requestId: reply.headers?.get('X-Request-Id') ?? '', body: JSON.parse(reply.string()) as Record<string, unknown> };
    }

    verifies('K13', 'a key lives its whole life: mint, show, list, narrow, rotate, verify, revoke, with the answers of HTTP', async () => {
      const { keys: service } = as((await serviceKey()).token);
      const minted = await service.mint({ kind: 'service', name: 'worker', org: 'acme', scopes: ['keys:read'], expiresIn: '30d' });
      expect(minted).toMatchObject({ prefix: `lk_svc_${minted.id}`, status: 'active' });
      const { token: _, consistency: __, ...shown } = minted;
      expect([await service.show(minted.id), (await keys.call(ann, 'GET', `/v1/pats/${minted.id}`)).body]).toEqual([shown, shown]);
      expect(await service.change(minted.id, { name: 'worker 2' })).toMatchObject({ name: 'worker 2' });
      const names: string[] = [];
      for await (const { name } of service.list({ limit: 1 })) names.push(name);
      expect(names.length).toBeGreaterThan(1);
      expect(names).toContain('worker 2');
      const successor = await service.rotate(minted.id, { graceSeconds: 60 });
      expect(await service.verify({ token: successor.token, scope: 'keys:read' })).toMatchObject({ valid: true, principal: { id: successor.id } });
      expect(await service.revoke(successor.id, 'done')).toMatchObject({ id: successor.id, status: 'revoked' });
      expect(await service.verify({ token: successor.token })).toEqual({ valid: false, code: 'token_revoked' });
      expect(await service.revokeMany({ ids: [minted.id] })).toMatchObject({ revoked: 1 });
      const [event] = await keys.query<{ event: AuditEvent }>("SELECT event FROM audit_outbox WHERE event->>'action' = 'pat.minted' AND event->'target'->>'id' = $1", [minted.id]);
      expect(event?.event).toMatchObject({ actor: { id: expect.stringMatching(/^svc_/) as string }, credential: { kind: 'pat' }, requestId: expect.any(String) as string });
    });

    verifies('K13', 'the same name gets the same key again', async () => {
      const { keys: service } = as((await serviceKey()).token);
      const wanted = { kind: 'service' as const, name: 'once', org: 'acme', scopes: ['keys:read' as const], expiresIn: '7d' };
      const [first, again] = [await service.mint(wanted, { idempotencyKey: 'bus-1' }), await service.mint(wanted, { idempotencyKey: 'bus-1' })];
      expect(again).toEqual(first);
      expect(await codeOf(service.mint({ ...wanted, name: 'other' }, { idempotencyKey: 'bus-1' }))).toBe('409 conflict');
    });

    verifies(['K13', 'K8'], 'no check is weaker than at the gateway: scope, projects, addresses, rate, kind, other organizations', async () => {
      const reader = as((await serviceKey({ scopes: ['keys:read'] })).token).keys;
      expect(await codeOf(reader.mint({ kind: 'service', name: 'x', org: 'acme', scopes: ['keys:read'], expiresIn: '1h' }))).toBe('403 insufficient_scope');
      expect(await codeOf(reader.revoke('AAAAAAAA'))).toBe('403 insufficient_scope');
      expect(await codeOf(as((await serviceKey({ scopes: ['mcp:read'] })).token).keys.verify({ token: 'x' }))).toBe('403 insufficient_scope');
      // Kept to a project, it is no administrator of the organization.
      const narrow = as((await serviceKey({ projects: ['prod'] })).token).keys;
      expect(await codeOf(narrow.mint({ kind: 'service', name: 'x', org: 'acme', scopes: ['keys:read'], expiresIn: '1h' }))).toBe('403 insufficient_role');
      expect(await codeOf(as((await serviceKey({ allowedIps: ['203.0.113.0/24'] })).token).keys.verify({ token: 'x' }))).toBe('403 ip_not_allowed');
      const slow = as((await serviceKey({ rateLimit: { limit: 2, windowSeconds: 60 } })).token).keys;
      for (let count = 0; count < 2; count += 1) await slow.verify({ token: 'x' });
      await expect(slow.verify({ token: 'x' })).rejects.toMatchObject({ code: 'rate_limited', status: 429, retryAfterSeconds: expect.any(Number) as number });
      // And what the organization allows: any of its keys, and all of them together.
      const [one, other] = [as((await serviceKey()).token).keys, as((await serviceKey()).token).keys];
      demands = { requestsPerMinute: 3, requestsPerMinutePerCredential: 2 };
      const answers = [await codeOf(one.verify({ token: 'x' })), await codeOf(one.verify({ token: 'x' })), await codeOf(one.verify({ token: 'x' })), await codeOf(other.verify({ token: 'x' })), await codeOf(other.verify({ token: 'x' }))];
      demands = {};
      expect(answers).toEqual(['none', 'none', '429 rate_limited', 'none', '429 rate_limited']);
      const writer = as((await serviceKey()).token).keys;
      expect(await codeOf(writer.mint({ name: 'x', org: 'acme', scopes: ['keys:read'], expiresIn: '1h' }))).toBe('403 insufficient_role');
      expect(await codeOf(writer.mint({ kind: 'service', name: 'x', org: 'globex', scopes: ['keys:read'], expiresIn: '1h' }))).toBe('403 tenant_mismatch');
      const theirs = await keys.mint(eve);
      for (const answer of [writer.show(theirs.id), writer.change(theirs.id, { name: 'y' }), writer.rotate(theirs.id), writer.revoke(theirs.id), writer.revokeMany({ ids: [theirs.id] })]) expect(await codeOf(answer)).toBe('404 not_found');
      expect(await writer.verify({ token: theirs.token })).toEqual({ valid: false, code: 'token_unknown' });
    });

    verifies('K13', 'only a service key that lives is a credential, from the moment it does not', async () => {
      const [revoked, expiring, personal] = [await serviceKey(), await serviceKey({ expiresIn: '1h' }), await keys.mint(bob, { scopes: ['keys:read'] })];
      expect(await as(revoked.token).keys.verify({ token: 'x' })).toEqual({ valid: false, code: 'token_malformed' });
      await keys.call(ann, 'DELETE', `/v1/pats/${revoked.id}`);
      const codes = async (token: string) => codeOf(as(token).keys.verify({ token: 'x' }));
      expect(await codes(revoked.token)).toBe('401 token_revoked');
      keys.clock.advance(3_601_000);
      expect(await codes(expiring.token)).toBe('401 token_expired');
      expect(await codes(personal.token)).toBe('401 token_malformed');
      expect(await codes(mintToken('lk_svc_').token)).toBe('401 token_unknown');
      expect(await codes(`${revoked.token.slice(0, -1)}_`)).toBe('401 token_malformed');
      expect((await raw(natsSubjects.verifyPat, '{"token":"x"}')).code).toBe('token_missing');
      const refused = await keys.query<{ event: AuditEvent }>("SELECT event FROM audit_outbox WHERE event->>'action' = 'credential.refused' AND event->'credential'->>'id' = $1", [revoked.id]);
      expect(refused.map(({ event }) => event)).toMatchObject([{ outcome: 'refused', code: 'token_revoked', org: 'acme' }]);
      // Nobody can say whether the organization still wants it: no yes, and no 401.
      const other = await serviceKey();
      identityIsAway = true;
      try {
        expect(await codes(other.token)).toBe('503 state_stale');
      } finally {
        identityIsAway = false;
      }
      expect(JSON.stringify(keys.logLines)).not.toContain(other.token.slice(16));
    });

    verifies('K13', 'what is no call is told so, with the request id that was sent', async () => {
      const authorization = { Authorization: `Bearer ${(await serviceKey()).token}` };
      for (const payload of ['[]', 'nothing', '"x"', '{"token":7}', '{}', '{"token":"x","more":1}']) {
        expect([payload, await raw(natsSubjects.verifyPat, payload, { ...authorization, 'X-Request-Id': 'mine-1' })]).toMatchObject([payload, { status: '400', code: 'invalid_request', requestId: 'mine-1', body: { requestId: 'mine-1' } }]);
      }
      expect(await raw(natsSubjects.verifyPat, JSON.stringify({ token: 'x'.repeat(70_000) }), authorization)).toMatchObject({ status: '413', code: 'body_too_large' });
      expect(await raw('latchkey.v1.pats.destroy', '{}', authorization)).toMatchObject({ status: '404', code: 'not_found' });
      // Nobody is judged by what was sent before it is known who sends.
      expect(await raw(natsSubjects.mintPat, '[]')).toMatchObject({ code: 'token_missing' });
    });

    verifies('K13', 'an answer goes to an inbox and nowhere else, and a service hears only its own', async () => {
      await raw(natsSubjects.verifyPat, '{}');
      const spied: string[] = [];
      const other = await connect({ servers: nats.url, user: 'gateway', pass: 'g-pw' });
      other.subscribe('_INBOX.>', { callback: (_error, message) => void spied.push(message.subject) });
      // The gateways' user may not hear the inboxes of services, nor call in their place.
      other.subscribe('_INBOX_service.>', { callback: (error) => void spied.push(error === null ? 'heard' : 'refused') });
      await other.flush();
      // With the rights of keys an answer could go there.
      connection.publish(natsSubjects.verifyPat, '{}', { reply: 'feed.keys.pat.AAAAAAAA' });
      expect((await raw(natsSubjects.verifyPat, '{}')).code).toBe('token_missing');
      await other.flush();
      expect(spied.filter((what) => what !== 'refused')).toEqual([]);
      expect(callLog.filter((line) => line.includes('left alone'))).toHaveLength(1);
      await other.close();
    });

    verifies('K3', 'counts as use of the key', async () => {
      const key = await serviceKey();
      for (let count = 0; count < 3; count += 1) await as(key.token).keys.verify({ token: 'x' });
      await keys.get(NoteUse).run();
      expect((await show(ann, key.id))['lastUsedAt']).toEqual(expect.any(String));
      expect((await keys.call(ann, 'GET', `/v1/pats/usage?key=${key.id}&by=key`)).body.items).toEqual([{ name: key.id, calls: 3 }]);
    });
  });
});
