import type { AuditEvent } from '@latchkey/contracts';
import { auditEventSchema, decisionFactsSchema, usageReportSchema } from '@latchkey/contracts';
import { InProcessTrail } from '@latchkey/feed';
import { mintToken } from '@latchkey/token';
import { eventually, verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { send } from './support/send.ts';
import { answerJson } from './support/upstream.ts';
import { bearer, call, list, startWorld, type World } from './support/world.ts';

describe('what a gateway tells the audit log', () => {
  const trail = new InProcessTrail();
  const told: AuditEvent[] = [];
  let world: World;
  beforeAll(async () => {
    await trail.consume(({ payload }) => Promise.resolve(void told.push(...(payload as AuditEvent[]))));
    world = await startWorld({ trail, usageIntervalMs: 50, env: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' } });
    world.upstream.handle = (exchange) => (exchange.url === '/internal/usage' ? void exchange.response.writeHead(204).end() : answerJson(exchange));
  });
  afterAll(() => world.close());
  beforeEach(() => { told.splice(0); });

  const from = (address: string) => ({ 'x-forwarded-for': address });

  verifies('K3', 'and keys of the use of keys, in its own name: the key behind an exchanged token too, and nothing of what was refused', async () => {
    const { token, record } = await world.pat();
    const cut = await world.jwt({ gid: undefined, sid: undefined, src: { kind: 'pat', id: record.id, iat: record.mintedAt } });
    await world.post(call('add'), bearer(token));
    await world.post(call('add'), bearer(cut));
    await world.post(call('add'), bearer(mintToken().token));
    await world.post(call('add'), bearer(await world.jwt()));
    const reported = () => world.upstream.received.filter(({ request }) => request.url === '/internal/usage');
    const usesOf = () => reported().flatMap(({ body }) => usageReportSchema.parse(JSON.parse(body)).uses);
    await eventually(() => expect(usesOf().reduce((sum, { calls }) => sum + calls, 0)).toBe(2));
    for (const use of usesOf()) expect(use).toMatchObject({ pat: record.id, server: 'demo', tool: 'add' });
    expect(decodeJwt(String(reported()[0]?.request.headers['latchkey-identity']))).toMatchObject({ sub: 'http://gateway.test', credential: { kind: 'gateway' } });
    // The next one looks at what the log is told of it alone.
    await eventually(() => expect(told).toHaveLength(4));
  });

  verifies('I17', 'a call that may change something: who, with which credential, which tool, from where, in which request, and how it ended', async () => {
    const { token, record } = await world.pat();
    await world.post(list, { ...bearer(token), 'x-request-id': 'a-read' });
    expect((await world.post(call('add'), { ...bearer(token), ...from('198.51.100.7'), 'x-request-id': 'a-write' })).status).toBe(200);
    await eventually(() => expect(told.length).toBe(1));
    expect(told[0]).toMatchObject({
      service: 'gateway', org: 'acme', actor: { kind: 'user', id: 'user-1' }, credential: { kind: 'pat', id: record.id }, action: 'call.made', outcome: 'success', code: null,
      target: { kind: 'tool', id: 'demo/add' }, address: '198.51.100.7', requestId: 'a-write', details: { method: 'tools/call', status: 200 },
    });
    expect(auditEventSchema.parse(told[0])).toEqual(told[0]);
    expect(JSON.stringify(told)).not.toContain(token.slice(-20));
  });

  verifies('I17', 'a refused credential: of its organization where it is genuine, of nobody where it is not', async () => {
    const { token, record } = await world.pat({ revokedAt: Math.floor(Date.now() / 1000) - 1 });
    expect((await world.post(call(), bearer(token))).status).toBe(401);
    await eventually(() => expect(told).toMatchObject([{ action: 'credential.refused', code: 'token_revoked', outcome: 'refused', org: 'acme', actor: { id: 'user-1' }, credential: { kind: 'pat', id: record.id } }]));
    told.splice(0);
    expect((await world.post(call(), bearer(mintToken().token))).status).toBe(401);
    await eventually(() => expect(told).toMatchObject([{ action: 'credential.refused', code: 'token_unknown', org: null, actor: { kind: 'anonymous', id: null }, credential: null, target: { kind: 'server', id: 'demo' } }]));
    told.splice(0);
    // Every client asks without one first: that is no act.
    expect((await world.post(call())).status).toBe(401);
    expect((await world.post(call('add'), bearer((await world.pat()).token))).status).toBe(200);
    await eventually(() => expect(told.map(({ action }) => action)).toEqual(['call.made']));
  });

  verifies('I17', 'a tool that is kept from a key, under its name, although the caller is told that there is none', async () => {
    const { token, record } = await world.pat({ tools: ['demo:list_*'] });
    const answer = await world.post(call('secret\u0007tool'), bearer(token));
    expect(answer.json.error.message).toMatch(/Unknown tool/);
    await eventually(() => expect(told).toMatchObject([{ action: 'call.refused', outcome: 'refused', code: 'tool_not_allowed', org: 'acme', credential: { id: record.id }, target: { kind: 'tool', id: 'demo/secret?tool' } }]));
    told.splice(0);
    const narrow = await world.pat({ scopes: ['mcp:read'] });
    expect((await world.post(call(), bearer(narrow.token))).status).toBe(403);
    await eventually(() => expect(told).toMatchObject([{ action: 'call.refused', code: 'insufficient_scope' }]));
    told.splice(0);
    expect((await send(`${world.url}/v1/audit`, { method: 'GET', headers: bearer(narrow.token) })).status).toBe(403);
    await eventually(() => expect(told).toMatchObject([{ action: 'request.refused', code: 'insufficient_scope', target: { kind: 'api', id: 'audit' } }]));
  });

  verifies('G15', 'what a decision was made by: which state of credential, memberships and server, how far each feed was followed, and what was granted', async () => {
    const { record } = await world.pat();
    const grants = [{ resource: 'org/acme/project/main', actions: ['read' as const, 'write' as const] }];
    const narrow = await world.pat({ grants, tools: ['demo:a*'], projects: ['main'] });
    await world.publish({ ...narrow.record, tools: ['demo:add'] });
    await world.publish(world.server({ slug: 'versioned', revision: 7 }));
    expect((await world.post(call(), bearer(narrow.token))).status).toBe(200);
    expect((await world.post(call('secret'), bearer(narrow.token), '/mcp/demo')).status).toBe(200);
    await eventually(() => expect(told).toHaveLength(2));
    const rests = { credentialRevision: 2, memberRevision: 1, identityPosition: expect.any(Number), keysPosition: expect.any(Number) };
    const granted = { grantedScopes: ['mcp:read', 'mcp:execute'], grantedProjects: ['main'], grants: ['read+write org/acme/project/main'], grantedTools: ['demo:add'], orgRole: 'member', projectRoles: ['main:contributor'] };
    for (const { details } of told) expect(details).toMatchObject({ ...rests, ...granted, method: 'tools/call' });
    expect(Number(told[0]?.details['identityPosition'])).toBeGreaterThan(0);
    expect(JSON.stringify(told)).not.toContain(record.hash);
    told.splice(0);
    const wide = bearer((await world.pat()).token);
    await world.post(call(), wide, '/mcp/versioned');
    await eventually(() => expect(told).toHaveLength(1));
    expect(told[0]?.details).toMatchObject({ policyRevision: 7 });
    expect(decisionFactsSchema.parse(told[0]?.details)).toMatchObject({ grantedScopes: ['mcp:read', 'mcp:execute'], method: 'tools/call' });
    for (const absent of ['grants', 'grantedTools', 'grantedProjects', 'cut', 'askedOnline']) expect(told[0]?.details).not.toHaveProperty(absent);
    told.splice(0);
    // More than an entry holds is left out as a whole, and the entry says so.
    const many = await world.pat({ tools: Array.from({ length: 60 }, (_, index) => `demo:tool_${index}`) });
    await world.post(call('tool_1'), bearer(many.token));
    await eventually(() => expect(told).toMatchObject([{ details: { cut: true } }]));
    expect(told[0]?.details).not.toHaveProperty('grantedTools');
  });

  verifies('I17', 'refusals that say the same, once with their number', async () => {
    const { token } = await world.pat({ revokedAt: 1 });
    await Promise.all(Array.from({ length: 40 }, () => world.post(call(), bearer(token))));
    const times = () => told.reduce((sum, { details }) => sum + Number(details['times'] ?? 1), 0);
    await eventually(() => expect(times()).toBe(40));
    expect(told.length).toBeLessThan(40);
  });

  verifies('I17', 'nothing but refusals, or every call, where it is told to', async () => {
    for (const [level, expected] of [['refusals', ['credential.refused']], ['all', ['call.made', 'call.made', 'credential.refused']]] as const) {
      const mine: AuditEvent[] = [];
      const own = new InProcessTrail();
      await own.consume(({ payload }) => Promise.resolve(void mine.push(...(payload as AuditEvent[]))));
      const other = await startWorld({ trail: own, env: { LATCHKEY_AUDIT_CALLS: level } });
      const { token } = await other.pat();
      await other.post(list, bearer(token));
      await other.post(call(), bearer(token));
      await other.post(call(), bearer(mintToken().token));
      // Closing tells what is left, so nothing more can come.
      await other.close();
      expect(mine.map(({ action }) => action).sort()).toEqual(expected);
    }
  });
});
