import type { McpServer } from '@modelcontextprotocol/server';
import { defaultServerSettings, type FeedRecord, type PatRecord } from '@latchkey/contracts';
import { requireDescribed } from '@latchkey/service/testing';
import { eventually, verifies } from '@latchkey/testing';
import { z } from 'zod';
import { startDualEraUpstream, startSessionUpstream, type McpUpstream } from './support/mcp-upstreams.ts';
import { open, pieces, send } from './support/send.ts';
import { bearer, startWorld, type World } from './support/world.ts';

const management = 'http://gateway.test/v1';
const scopes = ['workflow:read', 'workflow:run'] as const;

describe('tools over REST', () => {
  let world: World;
  let dual: McpUpstream;
  let withSessions: Awaited<ReturnType<typeof startSessionUpstream>>;
  let token: string;
  const waiting: (() => void)[] = [];
  const seen: unknown[] = [];

  const moreTools = (server: McpServer): void => {
    server.registerTool('refuse', {}, () => ({ isError: true, content: [{ type: 'text', text: 'no such order' }] }));
    server.registerTool('deep.name', { inputSchema: z.object({ arguments: z.string() }), outputSchema: z.object({ echo: z.string() }) }, ({ arguments: text }) => ({ content: [], structuredContent: { echo: text } }));
    server.registerTool('long', {}, async (context) => {
      const progressToken = context.mcpReq._meta?.progressToken;
      seen.push(progressToken);
      if (progressToken !== undefined) for (const progress of [1, 2]) await context.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 2, message: `step ${progress}` } });
      await new Promise<void>((resolve) => { waiting.push(resolve); });
      return { content: [{ type: 'text', text: 'done' }] };
    });
  };

  beforeAll(async () => {
    world = await startWorld({ env: { LATCHKEY_UPSTREAM_TIMEOUT_MS: '20000' } });
    dual = await startDualEraUpstream(moreTools);
    withSessions = await startSessionUpstream();
    await world.publish(world.server({ slug: 'dual', url: dual.url, name: 'Dual' }));
    await world.publish(world.server({ slug: 'sessions', url: withSessions.url }));
    await world.publish(world.server({ slug: 'theirs', url: dual.url, org: 'other' }));
    ({ token } = await world.pat({ scopes: [...scopes] }));
  });
  afterAll(async () => {
    for (const release of waiting) release();
    await world.close();
    await dual.close();
    await withSessions.close();
  });

  /** Holds what is JSON to the document. */
  const described = <T extends Awaited<ReturnType<typeof send>>>(method: string, path: string, answer: T): T => {
    if (/json/.test(String(answer.headers['content-type'])) && answer.text !== '') requireDescribed({ method, path: `/v1/tools/${path}`, status: answer.status, body: answer.json });
    return answer;
  };
  const get = async (path: string, credential: string | null = token, method = 'GET') =>
    described(method, path, await send(`${world.url}/v1/tools/${path}`, { method, headers: credential === null ? {} : bearer(credential) }));
  const post = async (path: string, body: object | string | undefined, credential = token, headers: Record<string, string> = {}) =>
    described('POST', path, await send(`${world.url}/v1/tools/${path}`, { headers: { 'content-type': 'application/json', ...bearer(credential), ...headers }, ...(body === undefined ? {} : { body }) }));

  verifies('G11', 'tools are listed with their schemas, one of them is shown, and a document describes them all', async () => {
    const { status, json, headers } = await get('dual');
    expect([status, json.nextCursor, json.items.map(({ name }: { name: string }) => name)]).toEqual([200, null, ['add', 'delete_all', 'count', 'refuse', 'deep.name', 'long']]);
    expect(json.items[0]).toMatchObject({ name: 'add', annotations: { readOnlyHint: true }, inputSchema: { type: 'object', required: ['a', 'b'] }, outputSchema: null });
    expect([headers['cache-control'], Number(headers['ratelimit-limit'])]).toEqual(['no-store', 10000]);
    const one = await get('dual/deep.name');
    expect([one.status, one.json.outputSchema.required]).toEqual([200, ['echo']]);
    const document = (await get('dual/openapi.json')).json;
    expect([document.openapi, document.info.title, document.servers]).toEqual(['3.1.0', 'Dual', [{ url: 'http://gateway.test' }]]);
    expect(Object.keys(document.paths)).toContain('/v1/tools/dual/deep.name');
    expect(document.paths['/v1/tools/dual/add'].post.requestBody.content['application/json'].schema).toMatchObject({ type: 'object', required: ['a', 'b'] });
    const head = await get('dual', token, 'HEAD');
    expect([head.status, head.text, Number(head.headers['content-length']) > 100]).toEqual([200, '', true]);
  });

  verifies('G11', 'a call answers with what the tool says, in both eras of the protocol', async () => {
    for (const server of ['dual', 'sessions']) {
      const { status, json } = await post(`${server}/add`, { a: 2, b: 3 });
      expect([server, status, json]).toEqual([server, 200, { content: [{ type: 'text', text: '5' }] }]);
    }
    expect((await post('dual/add', { arguments: { a: 1, b: 1 } })).json.content[0].text).toBe('2');
    expect((await post('dual/deep.name', { arguments: 'own' })).json).toMatchObject({ structuredContent: { echo: 'own' } });
    expect((await post('dual/delete_all', undefined)).json.content[0].text).toBe('gone');
    // No session is left behind at the server.
    await eventually(() => withSessions.sessions.size === 0);
  });

  verifies('G11', 'arguments are held against the schema before the tool hears of them', async () => {
    const { status, json } = await post('dual/add', { a: 'x' });
    expect([status, json.code, json.issues]).toEqual([400, 'invalid_request', [{ path: '/', message: 'lacks "b"' }, { path: '/a', message: 'must be number' }]]);
    for (const body of ['[1]', '"a"', '{"a":1,"a":2,"b":3}', '{', 'null']) expect([body, (await post('dual/add', body)).json.code]).toEqual([body, 'invalid_request']);
    const typed = await post('dual/add', { a: 1, b: 2 }, token, { 'content-type': 'text/plain' });
    expect([typed.status, typed.json.code, typed.headers['content-type']]).toEqual([415, 'invalid_request', 'application/problem+json']);
  });

  verifies('G11', 'a tool that says it failed, one that is not there, and a wrong method each have their own answer', async () => {
    const failed = await post('dual/refuse', {});
    expect([failed.status, failed.headers['content-type'], failed.json.code, failed.json.detail, failed.json.result.content]).toEqual([422, 'application/problem+json', 'tool_error', 'no such order', [{ type: 'text', text: 'no such order' }]]);
    for (const answer of [await post('dual/absent', {}), await get('dual/absent')]) expect([answer.status, answer.json.code]).toEqual([404, 'not_found']);
    expect((await get('nowhere')).status).toBe(404);
    const wrong = await send(`${world.url}/v1/tools/dual/add`, { method: 'PUT', headers: bearer(token) });
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
  });

  verifies(['G11', 'GW-50'], 'it takes the scopes of workflows, and a key that is kept to tools sees and calls these alone', async () => {
    const none = await get('dual', null);
    expect([none.status, none.json.code, none.headers['www-authenticate']]).toEqual([401, 'token_missing', 'Bearer resource_metadata="http://gateway.test/.well-known/oauth-protected-resource/v1", scope="workflow:read workflow:run"']);
    const mcpOnly = (await world.pat()).token;
    const reader = (await world.pat({ scopes: ['workflow:read'] })).token;
    for (const [credential, scope] of [[mcpOnly, 'workflow:run'], [reader, 'workflow:run']] as const) {
      const { status, json, headers } = await post('dual/add', { a: 1, b: 1 }, credential);
      expect([status, json.code, headers['www-authenticate']]).toEqual([403, 'insufficient_scope', expect.stringContaining(`scope="${scope}"`)]);
    }
    expect((await get('dual', mcpOnly)).status).toBe(403);
    expect((await get('dual', reader)).status).toBe(200);
    const kept = (await world.pat({ scopes: [...scopes], tools: ['dual:add'] })).token;
    expect((await get('dual', kept)).json.items.map(({ name }: { name: string }) => name)).toEqual(['add']);
    expect((await post('dual/add', { a: 1, b: 1 }, kept)).status).toBe(200);
    for (const answer of [await post('dual/delete_all', {}, kept), await get('dual/delete_all', kept)]) expect([answer.status, answer.json.detail]).toEqual([404, (await post('dual/absent', {})).json.detail]);
    await world.publish({ kind: 'member', user: 'viewer-1', memberships: [{ org: 'acme', role: 'member', projects: { main: 'viewer' }, epoch: null }] });
    const viewer = (await world.pat({ owner: 'viewer-1', scopes: [...scopes] })).token;
    expect((await post('dual/add', { a: 1, b: 1 }, viewer)).status).toBe(404);
  });

  verifies(['G11', 'GW-22'], 'access tokens for the management API or for this very server are taken, and no others', async () => {
    const scope = scopes.join(' ');
    for (const aud of [management, 'http://gateway.test/mcp/dual']) expect([aud, (await post('dual/add', { a: 1, b: 1 }, await world.jwt({ aud, scope }))).status]).toEqual([aud, 200]);
    for (const aud of ['http://gateway.test/mcp/sessions', 'http://gateway.test/mcp']) expect([aud, (await post('dual/add', { a: 1, b: 1 }, await world.jwt({ aud, scope }))).json.code]).toEqual([aud, 'token_wrong_audience']);
    // What reaches the server over REST opens nothing else there.
    expect((await world.post({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, bearer(await world.jwt({ aud: 'http://gateway.test/mcp/dual', scope })), '/mcp/dual')).status).toBe(403);
  });

  verifies(['G11', 'G8'], 'a server of another organization is refused at every operation', async () => {
    for (const answer of [await get('theirs'), await get('theirs/add'), await get('theirs/openapi.json'), await post('theirs/add', { a: 1, b: 1 })]) expect([answer.status, answer.json.code]).toEqual([403, 'tenant_mismatch']);
    expect((await post('dual/add', { a: 1, b: 1 }, token, { 'x-tenant-id': 'other' })).json.code).toBe('tenant_mismatch');
  });

  verifies('G11', 'the tool hears of numbers as they were written', async () => {
    const heard: string[] = [];
    const tool = { name: 'note', inputSchema: { type: 'object', properties: { n: { type: 'integer' } } } };
    for (const era of ['modern', 'legacy']) {
      world.upstream.handle = ({ body, response }) => {
        const { id, method } = JSON.parse(body === '' ? '{}' : body) as { id?: number; method?: string };
        if (id === undefined) return void response.writeHead(202).end();
        if (method === 'tools/call') heard.push(body);
        const results: Record<string, object> = {
          ...(era === 'modern' ? { 'server/discover': { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ttlMs: 0, cacheScope: 'private' } } : {}),
          initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'quiet', version: '1' } },
          'tools/list': { tools: [tool], ...(era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {}) }, 'tools/call': { content: [], ...(era === 'modern' ? { resultType: 'complete' } : {}) },
        };
        const answer = results[method ?? ''] === undefined ? { error: { code: -32601, message: 'Method not found' } } : { result: results[method ?? ''] };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
      };
      const { token: fresh } = await world.pat({ scopes: [...scopes] });
      for (const args of ['{"n":12345678901234567890}', '{"n":-0,"x":[1.10,1e400,0.1234567890123456789]}', '{"n":9007199254740993,"toJSON":1,"__proto__":{"a":2.50}}', '{"n":7,"s":"12345678901234567890"}']) {
        for (const body of [args, `{ "arguments": ${args} }`]) {
          heard.splice(0);
          expect([era, body, (await post('demo/note', body, fresh)).status]).toEqual([era, body, 200]);
          expect([heard.length, heard[0]]).toEqual([1, expect.stringContaining(`"arguments":${args}`)]);
        }
      }
    }
  });

  verifies('G11', 'the limit of a body is of what the caller sends, to the byte', async () => {
    await world.publish(world.server({ slug: 'short', url: dual.url, settings: { limits: { ...defaultServerSettings.limits, bodyBytes: 1024 } } }));
    const padded = (length: number) => `{"arguments":"${'x'.repeat(length - 16)}"}`;
    expect([Buffer.byteLength(padded(1024)), (await post('short/deep.name', padded(1024))).status]).toEqual([1024, 200]);
    const longer = await post('short/deep.name', padded(1025));
    expect([longer.status, longer.json.code, longer.json.detail]).toEqual([413, 'body_too_large', 'The body may have 1024 bytes.']);
  });

  const stream = async (credential: string) => {
    const { response, abort } = await open(`${world.url}/v1/tools/dual/long`, { headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...bearer(credential) }, body: {} });
    return { response, abort, reading: pieces(response) };
  };

  verifies('G11', 'a long tool tells of its progress in events, and ends with its result', async () => {
    const { response, reading } = await stream(token);
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/event-stream']);
    await eventually(async () => { await reading.next(); return reading.all().includes('step 2'); });
    waiting.splice(0).forEach((release) => release());
    while ((await reading.next()) !== null);
    const events = reading.all().trim().split('\n\n').map((event) => event.split('\n'));
    expect(events.map(([name]) => name)).toEqual(['event: progress', 'event: progress', 'event: result']);
    expect(JSON.parse(events[0]![1]!.slice(6))).toEqual({ progress: 1, total: 2, message: 'step 1' });
    expect(JSON.parse(events[2]![1]!.slice(6))).toEqual({ content: [{ type: 'text', text: 'done' }] });
    // Without anybody who waits for news, the server is asked for none.
    seen.splice(0);
    const plain = post('dual/long', {});
    await eventually(() => waiting.length > 0);
    waiting.splice(0).forEach((release) => release());
    expect([(await plain).status, seen]).toEqual([200, [undefined]]);
    const refused = await post('dual/long', {}, (await world.pat()).token, { accept: 'text/event-stream' });
    expect([refused.status, refused.json.code]).toEqual([403, 'insufficient_scope']);
  });

  verifies(['G11', 'GW-63'], 'a revocation ends it, and nothing that the tool says later is told', async () => {
    const { token: doomed, record } = await world.pat({ scopes: [...scopes] });
    const { reading } = await stream(doomed);
    await eventually(async () => { await reading.next(); return reading.all().includes('step 2'); });
    await world.publish({ ...record, revokedAt: 1 });
    while ((await reading.next()) !== null);
    waiting.splice(0).forEach((release) => release());
    expect(reading.all()).not.toContain('done');
    expect(reading.all()).toContain('"code":"token_revoked"');
  });

  verifies(['G11', 'GW-63'], 'so does what takes the call from the key or the server, with the reason', async () => {
    const dualRecord = world.server({ slug: 'dual', url: dual.url, name: 'Dual' });
    const denying = { ...dualRecord, settings: { restrictions: { ...defaultServerSettings.restrictions, deniedTools: ['long'] } } };
    const changes: [(record: PatRecord) => FeedRecord, code: string][] = [
      [(record) => ({ ...record, tools: ['dual:add'] }), 'not_found'], [(record) => ({ ...record, scopes: ['workflow:read'] }), 'insufficient_scope'],
      [(record) => ({ ...record, allowedIps: ['192.0.2.0/24'] }), 'ip_not_allowed'], [() => denying, 'not_found'],
    ];
    for (const [change, code] of changes) {
      const { token: doomed, record } = await world.pat({ scopes: [...scopes] });
      const { reading } = await stream(doomed);
      await eventually(async () => { await reading.next(); return reading.all().includes('step 2'); });
      const changed = change(record);
      await world.publish(changed);
      while ((await reading.next()) !== null);
      waiting.splice(0).forEach((release) => release());
      const last = reading.all().trim().split('\n\n').at(-1) ?? '';
      expect([last.split('\n')[0], (JSON.parse(last.slice(last.indexOf('{'))) as { code: string }).code]).toEqual(['event: error', code]);
      if (changed === denying) await world.publish(dualRecord);
    }
  });

  verifies(['G11', 'GW-63'], 'also where the server says nothing until it is done', async () => {
    const tool = { name: 'slow', inputSchema: { type: 'object' } };
    let reached = false;
    world.upstream.handle = ({ body, response }) => {
      const { id, method } = JSON.parse(body === '' ? '{}' : body) as { id?: number; method?: string };
      if (method === 'tools/call') return void (reached = true);
      if (id === undefined) return void response.writeHead(202).end();
      const result = method === 'initialize' ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'quiet', version: '1' } } : { tools: [tool] };
      const answer = method === 'server/discover' ? { error: { code: -32601, message: 'Method not found' } } : { result };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
    };
    const { token: doomed, record } = await world.pat({ scopes: [...scopes] });
    const refused = send(`${world.url}/v1/tools/demo/slow`, { headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...bearer(doomed) }, body: {} });
    await eventually(() => reached);
    await world.publish({ ...record, revokedAt: 1 });
    const { status, json } = await refused;
    expect([status, json.code]).toEqual([401, 'token_revoked']);
  });
});
