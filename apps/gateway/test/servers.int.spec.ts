import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultServerSettings, identityHeader, serverHealthReportSchema, serverProbeSchema, type ServerLimits, type ServerRecord, type ServerRestrictions } from '@latchkey/contracts';
import { requireDescribed } from '@latchkey/service/testing';
import { eventually, verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { open, pieces, send } from './support/send.ts';
import { answerJson } from './support/upstream.ts';
import { bearer, call, list, startWorld, type World } from './support/world.ts';

describe('what the registration of a server says', () => {
  let world: World;
  let auth: { authorization: string };
  let version = 0;
  beforeAll(async () => {
    world = await startWorld({ healthIntervalMs: 20 });
    auth = bearer((await world.pat()).token);
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.upstream.received.splice(0);
    world.upstream.handle = answering;
  });

  const answering: typeof answerJson = (exchange) => (exchange.url === '/internal/server-health' ? void exchange.response.writeHead(204).end() : answerJson(exchange));
  const calls = () => world.upstream.received.filter(({ url }) => url === '/mcp');

  /** A server of its own for each test. */
  async function server(settings: ServerRecord['settings'], more: Partial<ServerRecord> = {}) {
    const slug = `server-${(version += 1)}`;
    const record = world.server({ slug, settings, ...more });
    await world.publish(record);
    const path = `/mcp/${slug}`;
    return { record, slug, path, post: (body: object, headers: Record<string, string> = auth) => world.post(body, headers, path) };
  }
  const limits = (more: Partial<ServerLimits>) => ({ limits: { ...defaultServerSettings.limits, ...more } });
  const restrictions = (more: Partial<ServerRestrictions>) => ({ restrictions: { ...defaultServerSettings.restrictions, ...more } });
  const names = ({ json }: { json: { result: { tools: { name: string }[] } } }) => json.result.tools.map(({ name }) => name);

  verifies('G3', 'its headers go along, and replace none of the protocol; a change reaches the next request', async () => {
    const { record, post } = await server({ headers: { 'x-region': 'eu', accept: 'text/plain' } });
    await post(call());
    expect(calls()[0]?.headers).toMatchObject({ 'x-region': 'eu', accept: 'application/json, text/event-stream' });
    await world.publish({ ...record, settings: { headers: { 'x-region': 'us' } } });
    await post(call());
    expect(calls()[1]?.headers['x-region']).toBe('us');
  });

  verifies('G6', 'tools that it keeps are in no list and in no call, whatever a credential grants, and a change of that reaches the next request', async () => {
    const { record, post } = await server(restrictions({ deniedTools: ['delete_*'] }));
    expect(names(await post(list))).toEqual(['add']);
    const refused = await post(call('delete_all'));
    expect([refused.status, refused.json.error.message]).toEqual([200, 'Unknown tool: delete_all']);
    expect((await post({ jsonrpc: '2.0', id: 1, method: 'x/secret', params: {} })).json.error.code).toBe(-32601);
    expect(calls()).toHaveLength(1);
    await world.publish({ ...record, ...{ settings: restrictions({ allowedTools: ['delete_all'] }) } });
    expect(names(await post(list))).toEqual(['delete_all']);
    expect((await post(call('delete_all'))).json.result.content[0].text).toBe('called delete_all');
    expect((await post(call('add'))).json.error.message).toBe('Unknown tool: add');
  });

  verifies('K1', 'a grant to read calls a tool that only reads; one that destroys needs a grant to delete; the registry has the last word', async () => {
    const { record, post } = await server(undefined, { tools: { add: { readOnlyHint: true }, delete_all: { destructiveHint: true } } });
    const granted = async (...actions: ('read' | 'write' | 'delete')[]) => bearer((await world.pat({ grants: [{ resource: 'org/acme', actions }] })).token);
    const [reads, writes, deletes] = [await granted('read'), await granted('read', 'write'), await granted('read', 'write', 'delete')];
    const outcomes = async (tool: string) => Promise.all([reads, writes, deletes].map(async (headers) => (await post(call(tool), headers)).json.result !== undefined));
    expect([await outcomes('add'), await outcomes('delete_all'), await outcomes('other')]).toEqual([[true, true, true], [false, false, true], [false, true, true]]);
    await world.publish({ ...record, settings: restrictions({ annotations: { add: { readOnlyHint: false }, delete_all: { destructiveHint: false } } }) });
    expect([await outcomes('add'), await outcomes('delete_all')]).toEqual([[false, true, true], [false, true, true]]);
    // Callers are told what their calls are judged by.
    expect((await post(list)).json.result.tools[1]).toMatchObject({ name: 'delete_all', annotations: { destructiveHint: false } });
  });

  verifies('G6', 'a server that is kept to roles is none for others', async () => {
    const { post } = await server(restrictions({ allowedRoles: ['admin'] }));
    const answer = await post(list);
    expect([answer.status, answer.json.error.data.code]).toEqual([403, 'insufficient_role']);
  });

  verifies('G5', 'bodies are as large as it takes them, and answers as late', async () => {
    const { post } = await server(limits({ bodyBytes: 1024 }));
    expect((await post({ ...call(), params: { name: 'add', arguments: { padding: 'x'.repeat(1000) } } })).status).toBe(413);
    expect((await post(call())).status).toBe(200);
    world.upstream.handle = (exchange) => (exchange.url === '/mcp' ? undefined : answering(exchange));
    const impatient = await server(limits({ timeoutMs: 100 }));
    const late = await impatient.post(call());
    expect([late.status, late.json.error.data.code]).toEqual([504, 'upstream_timeout']);
  });

  /** What metrics say was refused so far, by what is counted. */
  async function refusedBy() {
    const { text } = await send(`${world.management}/metrics`, { method: 'GET' });
    return Object.fromEntries([...text.matchAll(/^gateway_rate_limited_total\{limit="(\w+)"\} (\d+)$/gm)].map(([, limit, count]) => [limit, Number(count)]));
  }

  verifies('G5', 'no more requests are open at once than it takes, however many come in one moment', async () => {
    const before = await refusedBy();
    const { post } = await server(limits({ concurrency: 3 }));
    const held: (() => void)[] = [];
    world.upstream.handle = (exchange) => (exchange.url === '/mcp' ? void held.push(() => void answering(exchange)) : answering(exchange));
    let refused = 0;
    const answers = Array.from({ length: 10 }, async () => {
      const answer = await post(call());
      if (answer.status === 429) refused += 1;
      return answer;
    });
    await eventually(() => expect([held.length, refused]).toEqual([3, 7]));
    for (const answer of held) answer();
    const all = await Promise.all(answers);
    expect(all.filter(({ status }) => status === 200)).toHaveLength(3);
    const busy = all.find(({ status }) => status === 429);
    expect([busy?.json.error.data.code, busy?.headers['retry-after']]).toEqual(['rate_limited', '1']);
    world.upstream.handle = answering;
    expect((await post(call())).status).toBe(200);
    expect(await refusedBy()).toEqual({ ...before, concurrency: 7 });
  });

  verifies('G5', 'a limit of all its callers, of each credential, of each user and of a tool, each by itself, and a change of them at once', async () => {
    const statuses = async (times: number, ask: () => Promise<{ status: number }>) => {
      const seen: number[] = [];
      for (let n = 0; n < times; n += 1) seen.push((await ask()).status);
      return seen;
    };
    const [one, other] = [bearer((await world.pat()).token), bearer((await world.pat()).token)];
    const before = await refusedBy();
    const whole = await server(limits({ requestsPerMinute: 3 }));
    expect([await statuses(2, () => whole.post(list, one)), await statuses(2, () => whole.post(list, other))]).toEqual([[200, 200], [200, 429]]);
    await world.publish({ ...whole.record, settings: limits({ requestsPerMinute: 4 }) });
    const last = await whole.post(list, other);
    expect([last.status, last.headers['ratelimit-limit'], last.headers['ratelimit-remaining']]).toEqual([200, '4', '0']);

    const each = await server(limits({ perCredential: 2 }));
    expect([await statuses(3, () => each.post(list, one)), await statuses(2, () => each.post(list, other))]).toEqual([[200, 200, 429], [200, 200]]);
    // A limit that a credential has of its own is nearer to it.
    const own = bearer((await world.pat({ rateLimit: { limit: 4, windowSeconds: 60 } })).token);
    expect(await statuses(5, () => each.post(list, own))).toEqual([200, 200, 200, 200, 429]);

    const user = await server(limits({ perUser: 2 }));
    expect([await statuses(1, () => user.post(list, one)), await statuses(2, () => user.post(list, other))]).toEqual([[200], [200, 429]]);

    const tool = await server(limits({ perTool: { 'delete_*': 1 } }));
    expect([await statuses(2, () => tool.post(call('delete_all'), one)), await statuses(2, () => tool.post(call('add'), one))]).toEqual([[200, 429], [200, 200]]);
    const refused = await tool.post(call('delete_other'), other);
    expect([refused.status, refused.json.error.data.code, Number(refused.headers['retry-after'])]).toEqual([429, 'rate_limited', expect.any(Number)]);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(await refusedBy()).toEqual({ ...before, server: 1, credential: 2, user: 1, tool: 2 });
  });

  verifies('G5', 'an organization has limits of its own, of all its requests and of credentials', async () => {
    const { path } = await server(undefined, { org: 'limited' });
    await world.publish({ kind: 'member', user: 'user-9', memberships: [{ org: 'limited', role: 'owner', projects: {}, epoch: null }] });
    await world.publish({ kind: 'user', id: 'user-9', disabled: false, epoch: null });
    await world.publish({ kind: 'org', id: 'limited', disabled: false, epoch: null, policy: { keyMaxLifetimeSeconds: null, requestsPerMinute: 3, requestsPerMinutePerCredential: 2 } });
    const ask = async (token: string) => (await world.post(list, bearer(token), path)).status;
    const [one, other] = [(await world.pat({ org: 'limited', owner: 'user-9' })).token, (await world.pat({ org: 'limited', owner: 'user-9' })).token];
    expect([await ask(one), await ask(one), await ask(one), await ask(other), await ask(other)]).toEqual([200, 200, 429, 200, 429]);
  });

  verifies('G15', 'why a call would be allowed or refused, rule by rule, for the own credential and, for administrators, for a key of the organization', async () => {
    const { record, post } = await server(restrictions({ deniedTools: ['delete_*'] }), { revision: 4 });
    await world.publish({ kind: 'user', id: 'user-7', disabled: false, epoch: null });
    await world.publish({ kind: 'member', user: 'user-7', memberships: [{ org: 'acme', role: 'admin', projects: {}, epoch: null }] });
    const scopes = ['mcp:read', 'mcp:execute', 'audit:read'] as const;
    const mine = await world.pat({ scopes: [...scopes], tools: ['*:add'] });
    const [own, boss, foreign] = [bearer(mine.token), bearer((await world.pat({ owner: 'user-7', scopes: [...scopes] })).token), bearer((await world.pat({ org: 'other', owner: 'user-9', scopes: [...scopes] })).token)];
    await world.publish({ kind: 'member', user: 'user-9', memberships: [{ org: 'other', role: 'owner', projects: {}, epoch: null }] });
    await world.publish({ kind: 'user', id: 'user-9', disabled: false, epoch: null });
    await world.publish({ kind: 'org', id: 'other', disabled: false, epoch: null });
    const why = async (query: Record<string, string>, headers = own) => {
      const { status, json } = await send(`${world.url}/v1/explain?${new URLSearchParams(query).toString()}`, { method: 'GET', headers });
      requireDescribed({ method: 'GET', path: '/v1/explain', status, body: json });
      return { status, json, failed: (json.rules as { rule: string; passed: boolean }[] | undefined)?.filter(({ passed }) => !passed).map(({ rule }) => rule) };
    };
    const slug = record.slug;
    const allowed = await why({ server: slug, tool: 'add' });
    expect([allowed.status, allowed.failed, allowed.json]).toEqual([200, [], expect.objectContaining({
      decision: { kind: 'allow' }, server: slug, method: 'tools/call', tool: 'add', credential: { kind: 'pat', id: mine.record.id, owner: 'user-1' },
      restsOn: { credentialRevision: 1, memberRevision: 1, policyRevision: 4, identityPosition: expect.any(Number), keysPosition: expect.any(Number) },
    })]);
    expect(allowed.json.rules.map(({ rule }: { rule: string }) => rule)).toEqual(['tenant', 'projects', 'membership', 'server_roles', 'reach', 'server_tools', 'tools', 'grants', 'role', 'scopes']);
    const denied = await why({ server: slug, tool: 'delete_all' });
    expect([denied.failed, denied.json.decision]).toEqual([['server_tools', 'tools'], { kind: 'hidden', what: 'name', code: 'tool_not_allowed' }]);
    // What is explained is what happens.
    for (const tool of ['add', 'delete_all', 'other']) expect([tool, (await post(call(tool), own)).json.result !== undefined]).toEqual([tool, (await why({ server: slug, tool })).json.decision.kind === 'allow']);
    expect((await why({ server: slug, tool: 'other', credential: mine.record.id }, boss)).failed).toEqual(['tools']);
    expect((await why({ server: slug, tool: 'other' }, boss)).failed).toEqual([]);
    const others = (await world.pat({ owner: 'user-7' })).record.id;
    for (const [query, headers] of [[{ server: slug, credential: others }, own], [{ server: slug }, foreign], [{ server: 'absent' }, own], [{ server: slug, credential: 'Ab12Cd34' }, boss]] as const) {
      const { status, json } = await why(query as Record<string, string>, headers);
      expect([query, status, json.code]).toEqual([query, 404, 'not_found']);
    }
    // Another door takes other scopes of the same key.
    expect((await why({ server: slug, tool: 'add', door: 'rest' })).json.decision).toEqual({ kind: 'scope', required: ['workflow:run'] });
    expect((await why({ server: slug, door: 'window' })).status).toBe(400);
    expect((await why({ server: '../x' })).status).toBe(400);
    expect((await why({ server: slug, tool: 'add' }, auth)).json.code).toBe('insufficient_scope');
    expect((await send(`${world.url}/v1/explain`, { method: 'POST', headers: own })).status).toBe(405);
    expect(world.upstream.received.filter(({ url }) => url.startsWith('/v1/'))).toEqual([]);
  });

  verifies('G3', 'a server that does not answer is not asked by everybody, its state is told to identity, and it is found again without a caller who tries', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const { record, post } = await server(undefined, { url: `http://127.0.0.1:${port}/mcp` });
    const down = async () => Number(/gateway_servers\{state="down"\} (\d+)/.exec((await send(`${world.management}/metrics`, { method: 'GET' })).text)?.[1]);
    const before = await down();
    for (let n = 0; n < 5; n += 1) expect((await post(call())).status).toBe(502);
    const refused = await post(call());
    expect([refused.status, refused.json.error.data.code, Number(refused.headers['retry-after'])]).toEqual([503, 'upstream_unavailable', 1]);
    expect(refused.text).not.toContain('127.0.0.1');
    const told = () => world.upstream.received.filter(({ url }) => url === '/internal/server-health').map(({ body, headers }) => ({ headers, report: serverHealthReportSchema.parse(JSON.parse(body)) }));
    const states = () => told().flatMap(({ report }) => report.servers.filter(({ id }) => id === record.id));
    await eventually(() => expect(states().at(-1)).toMatchObject({ state: 'down', lastFailure: 'unreachable', lastSuccessAt: null }));
    expect(decodeJwt(String(told()[0]?.headers[identityHeader]))).toMatchObject({ sub: 'http://gateway.test', credential: { kind: 'gateway' } });
    expect(await down()).toBe(before + 1);

    const back = createHttpServer((request, response) => void request.resume().on('end', () => void response.writeHead(404, { 'content-type': 'application/json' }).end('{}')));
    await new Promise<void>((resolve) => back.listen(port, '127.0.0.1', resolve));
    await eventually(() => expect(states().at(-1)).toMatchObject({ state: 'up', failures: 0, lastSuccessAt: expect.any(String) }), { timeoutMs: 15_000 });
    expect((await post(call())).status).toBe(404);
    back.closeAllConnections();
    await new Promise((resolve) => back.close(resolve));
  }, 30_000);

  verifies('G3', 'a server is asked for a sign of life where its registration says so, though nobody calls it', async () => {
    const { slug, record } = await server({ headers: { 'x-region': 'eu' }, healthChecks: { intervalSeconds: 5 } });
    await eventually(() => expect(calls()).toHaveLength(1));
    expect(JSON.parse(calls()[0]?.body ?? '')).toMatchObject({ method: 'server/discover' });
    expect(calls()[0]?.headers).toMatchObject({ 'x-region': 'eu', 'mcp-protocol-version': '2026-07-28' });
    expect(calls()[0]?.headers).not.toHaveProperty('authorization');
    await world.publish({ ...record, slug, deletedAt: 5 });
  });

  verifies('G3', 'a server is looked at for identity, over the feed', async () => {
    const found = serverProbeSchema.parse(await world.feed.ask('probe.gateway', { name: 'x', url: world.upstream.url, headers: {}, tls: { ca: null, serverName: null } }, 5000));
    expect(found).toMatchObject({ outcome: 'ok', tools: [{ name: 'add' }, { name: 'delete_all' }] });
    expect(decodeJwt(String(calls()[0]?.headers[identityHeader]))).toMatchObject({ aud: world.upstream.url, sub: 'http://gateway.test', credential: { kind: 'gateway' } });
    await expect(world.feed.ask('probe.gateway', { url: 5 }, 5000)).rejects.toThrow();
  });

  verifies('G3', 'a server that is deleted is there for no new request, ends streams that would go on, and lets a call that is under way end', async () => {
    const { record, path, post } = await server(undefined);
    let finish: () => void = () => undefined;
    world.upstream.handle = (exchange) => {
      if (exchange.url !== '/mcp') return answering(exchange);
      exchange.response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {"first":true}\n\n');
      if (exchange.method === 'POST') finish = () => void exchange.response.end('data: {"last":true}\n\n');
    };
    const headers = { ...auth, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const [running, listening] = [await open(`${world.url}${path}`, { headers, body: call() }), await open(`${world.url}${path}`, { method: 'GET', headers: auth })];
    const [answer, stream] = [pieces(running.response), pieces(listening.response)];
    expect([await answer.next(), await stream.next()]).toEqual(['data: {"first":true}\n\n', 'data: {"first":true}\n\n']);
    await world.publish({ ...record, deletedAt: 5 });
    expect(await stream.next()).toBeNull();
    expect((await post(call())).status).toBe(404);
    finish();
    expect([await answer.next(), await answer.next()]).toEqual(['data: {"last":true}\n\n', null]);
  });

  verifies('G3', 'a certificate that nobody vouches for is refused, one that the registration names is trusted, by the name that it has', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'latchkey-tls-'));
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=mcp.inside', '-addext', 'subjectAltName=DNS:mcp.inside'], { stdio: 'ignore' });
    const ca = readFileSync(cert, 'utf8');
    const tls = createTlsServer({ key: readFileSync(key), cert: ca }, (request, response) => void request.resume().on('end', () => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":1,"result":{}}')));
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(tls.address() as AddressInfo).port}/mcp`;
    const { record, post } = await server(undefined, { url });
    expect((await post(call())).status).toBe(502);
    await world.publish({ ...record, settings: { tls: { ca, serverName: null } } });
    expect((await post(call())).status).toBe(502);
    await world.publish({ ...record, settings: { tls: { ca, serverName: 'mcp.inside' } } });
    expect((await post(call())).status).toBe(200);
    await world.publish({ ...record, deletedAt: 5 });
    tls.closeAllConnections();
    await new Promise((resolve) => tls.close(resolve));
  });
});
