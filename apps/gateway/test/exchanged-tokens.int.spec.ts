import type { AuditEvent, PatRecord } from '@latchkey/contracts';
import { InProcessTrail } from '@latchkey/feed';
import { eventually, verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { open, pieces } from './support/send.ts';
import { answerJson } from './support/upstream.ts';
import { bearer, call, list, startWorld, type World } from './support/world.ts';

describe('tokens that were exchanged', () => {
  let world: World;
  const noted: AuditEvent[] = [];
  beforeAll(async () => {
    const trail = new InProcessTrail();
    await trail.consume(({ payload }) => Promise.resolve(void noted.push(...(payload as AuditEvent[]))));
    world = await startWorld({ trail, env: { LATCHKEY_RATE_LIMIT_PER_MINUTE: '50', LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' } });
  });
  afterAll(() => world.close());

  const cutFrom = ({ id, mintedAt }: PatRecord, more: object = {}) => world.jwt({ gid: undefined, sid: undefined, client_id: 'latchkey-agent', src: { kind: 'pat', id, iat: mintedAt }, ...more });
  const status = async (token: string) => (await world.post(call(), bearer(token))).status;
  const code = async (token: string) => (await world.post(call(), bearer(token))).json.code as string;

  verifies(['AS-83', 'G6'], 'are shown and may call the tools that they are cut down to, and no others', async () => {
    const { record } = await world.pat();
    const token = await cutFrom(record, { tools: ['demo:add'] });
    const listed = await world.post(list, bearer(token));
    expect(listed.json.result.tools.map(({ name }: { name: string }) => name)).toEqual(['add']);
    expect((await world.post(call('add'), bearer(token))).json.result.content[0].text).toBe('called add');
    expect((await world.post(call('delete_all', 3), bearer(token))).json).toEqual({ jsonrpc: '2.0', id: 3, error: { code: -32602, message: 'Unknown tool: delete_all' } });
    const reader = await cutFrom(record, { scope: 'mcp:read' });
    expect(await status(reader)).toBe(403);
  });

  verifies(['AS-83', 'G2'], 'die with their key by one record, open streams included', async () => {
    const { record } = await world.pat();
    const token = await cutFrom(record);
    expect(await status(token)).toBe(200);
    world.upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
    const stream = await open(world.mcp, { headers: { ...bearer(token), 'content-type': 'application/json', accept: 'application/json, text/event-stream' }, body: call() });
    const read = pieces(stream.response);
    expect(await read.next()).toContain('hello');
    world.upstream.handle = answerJson;
    await world.publish({ ...record, revokedAt: 1 });
    expect(await read.next()).toBeNull();
    await eventually(async () => expect(await code(token)).toBe('token_revoked'));
  });

  verifies('AS-83', 'die when their key loses what they have, and with an epoch of its owner that came after the key', async () => {
    const narrowed = await world.pat();
    const token = await cutFrom(narrowed.record);
    expect(await status(token)).toBe(200);
    await world.publish({ ...narrowed.record, tools: ['demo:list'] });
    await eventually(async () => expect(await code(token)).toBe('token_revoked'));

    const { record } = await world.pat({ owner: 'user-3', mintedAt: 1_700_000_000 });
    await world.publish({ kind: 'member', user: 'user-3', memberships: [{ org: 'acme', role: 'member', projects: { main: 'contributor' }, epoch: null }] });
    const other = await cutFrom(record, { sub: 'user-3' });
    await eventually(async () => expect(await status(other)).toBe(200));
    // The token itself is younger than this epoch; what it was cut from is not.
    await world.publish({ kind: 'user', id: 'user-3', disabled: false, epoch: 1_700_000_001 });
    await eventually(async () => expect(await code(other)).toBe('token_revoked'));
  });

  verifies(['AS-83', 'I17'], 'say inward and in the audit log who acts in whose name', async () => {
    const { record } = await world.pat();
    const token = await cutFrom(record, { act: { sub: 'boss', act: { sub: 'chief' } } });
    let told: unknown;
    world.upstream.handle = (exchange) => {
      told = decodeJwt(exchange.request.headers['latchkey-identity'] as string);
      return answerJson(exchange);
    };
    expect(await status(token)).toBe(200);
    world.upstream.handle = answerJson;
    expect(told).toMatchObject({ sub: 'user-1', act: { sub: 'boss', act: { sub: 'chief' } } });
    await eventually(() => expect(noted.find(({ credential }) => credential?.id === decodeJwt(token).jti)).toMatchObject({ actor: { kind: 'user', id: 'user-1', by: ['boss', 'chief'] }, action: 'call.made' }));
    // What cannot be read must not become a token of the subject's own.
    for (const act of ['boss', {}, { sub: 'boss', act: {} }, { sub: 'boss', iss: 'x' }, null]) expect([act, await code(await cutFrom(record, { act }))]).toEqual([act, 'token_malformed']);
  });

  verifies('K8', 'may be used from where their key may, as it is now, and draw on its rate', async () => {
    const { token: key, record } = await world.pat({ allowedIps: ['203.0.113.0/24'], rateLimit: { limit: 3, windowSeconds: 3600 } });
    const token = await cutFrom(record);
    const from = (address: string) => world.post(call(), { ...bearer(token), 'x-forwarded-for': address });
    const inside = await from('203.0.113.7');
    expect([inside.status, inside.headers['ratelimit-limit'], inside.headers['ratelimit-remaining']]).toEqual([200, '3', '2']);
    const outside = await from('198.51.100.7');
    expect([outside.status, outside.json.error.data.code]).toEqual([403, 'ip_not_allowed']);
    const byKey = await world.post(call(), { ...bearer(key), 'x-forwarded-for': '203.0.113.7' });
    expect([byKey.status, byKey.headers['ratelimit-remaining']]).toEqual([200, '1']);
    await world.publish({ ...record, allowedIps: ['198.51.100.0/24'] });
    await eventually(async () => expect((await from('198.51.100.7')).status).not.toBe(403));
    expect((await from('203.0.113.7')).json.error.data.code).toBe('ip_not_allowed');
  });

  verifies('AS-83', 'die with the access token that they were cut from, where that is revoked alone, and with its grant', async () => {
    for (const kind of ['token', 'grant'] as const) {
      const id = `${kind}-of-source`;
      const token = await world.jwt({ gid: 'grant-of-source', src: { kind: 'grant', id: 'grant-of-source', jti: 'token-of-source', client: 'client-1', iat: 1_700_000_000 } });
      if (kind === 'token') expect(await status(token)).toBe(200);
      await world.publish({ kind, id, revokedAt: 1_700_000_001, expiresAt: 4_000_000_000 });
      await eventually(async () => expect(await code(token)).toBe('token_revoked'));
    }
  });

  verifies('AS-83', 'are worth nothing beside a key that nobody knows, and are no way around its rate limit', async () => {
    const { record, token: pat } = await world.pat();
    expect(await code(await cutFrom({ ...record, id: 'Zz99Zz99' }))).toBe('token_unknown');
    const first = await world.post(list, bearer(pat));
    const second = await world.post(list, bearer(await cutFrom(record)));
    expect([first, second].map(({ headers }) => headers['ratelimit-remaining'])).toEqual(['49', '48']);
  });
});
