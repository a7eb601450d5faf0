import { identityHeader } from '@latchkey/contracts';
import { InProcessTrail } from '@latchkey/feed';
import { AssertionVerifier } from '@latchkey/service';
import { eventually, verifies } from '@latchkey/testing';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { send } from './support/send.ts';
import { bearer, issuer, startWorld, type World } from './support/world.ts';

const everything = ['keys:write', 'servers:write', 'org:admin', 'audit:read'] as const;
const minted = 'lk_pat_AAAAAAAA_thisistheonlytimethatitisshown';

describe('the platform as an MCP server', () => {
  const trail = new InProcessTrail();
  const told: unknown[] = [];
  let world: World;
  let token: string;
  beforeAll(async () => {
    await trail.consume(({ payload }) => Promise.resolve(void told.push(payload)));
    world = await startWorld({ trail, env: { LATCHKEY_AUDIT_CALLS: 'all' } });
    await world.publish({ kind: 'user', id: 'admin-1', disabled: false, epoch: null });
    await world.publish({ kind: 'member', user: 'admin-1', memberships: [{ org: 'acme', role: 'admin', projects: {}, epoch: null }] });
    ({ token } = await world.pat({ owner: 'admin-1', scopes: [...everything] }));
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.upstream.received.splice(0);
    world.upstream.handle = ({ method, url, body, response }) => {
      const answer = { method, url, body: body === '' ? null : (JSON.parse(body) as object), ...(method === 'POST' && url === '/v1/pats' ? { token: minted } : {}) };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    };
  });

  const modern = async (credential: string): Promise<Client> => {
    const client = new Client({ name: 'spec', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${world.url}/mcp`), { requestInit: { headers: bearer(credential) } }));
    return client;
  };
  const legacy = async (credential: string): Promise<LegacyClient> => {
    const client = new LegacyClient({ name: 'spec', version: '1' });
    await client.connect(new LegacyTransport(new URL(`${world.url}/mcp`), { requestInit: { headers: bearer(credential) } }));
    return client;
  };
  const rpc = (method: string, params: object = {}, credential: string | null = token, headers: Record<string, string> = {}) =>
    world.post({ jsonrpc: '2.0', id: 1, method, params }, { ...(credential === null ? {} : bearer(credential)), ...headers }, '/mcp');
  const call = (name: string, args: object = {}, credential = token) => rpc('tools/call', { name, arguments: args }, credential);
  const namesFor = async (credential: string): Promise<string[]> => (await rpc('tools/list', {}, credential)).json.result.tools.map(({ name }: { name: string }) => name);

  verifies(['G10', 'G9'], 'clients of both eras list the operations as tools and call them', async () => {
    for (const client of [await modern(token), await legacy(token)]) {
      const { tools } = await client.listTools();
      const tool = (name: string) => tools.find((one) => one.name === name);
      expect(tools).toHaveLength(23);
      expect(tool('list_servers')?.annotations).toMatchObject({ readOnlyHint: true });
      expect(tool('revoke_key')?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: true, idempotentHint: true });
      expect(tool('mint_key')).toMatchObject({ annotations: { readOnlyHint: false, destructiveHint: false }, inputSchema: { type: 'object', required: expect.arrayContaining(['name', 'scopes']) as string[] } });
      expect(tool('mint_key')?.inputSchema.required).not.toContain('org');
      expect((await client.callTool({ name: 'list_servers', arguments: { project: 'main', limit: 5 } })).structuredContent).toMatchObject({ method: 'GET', url: '/v1/servers?project=main&limit=5' });
      await client.close();
    }
  });

  verifies('G10', 'a tool is a request to the management API in the name of the caller', async () => {
    const answer = await call('revoke_key', { id: 'Ab12Cd34' });
    expect([answer.status, answer.json.result.structuredContent, answer.headers['cache-control']]).toEqual([200, { method: 'DELETE', url: '/v1/pats/Ab12Cd34', body: {} }, 'no-store']);
    await call('change_server', { slug: 'demo', name: 'New' });
    const [toKeys, toIdentity] = world.upstream.received;
    expect(toIdentity).toMatchObject({ method: 'PATCH', url: '/v1/servers/demo', body: '{"name":"New"}' });
    const claims = await new AssertionVerifier({ issuer: 'http://gateway.test', audience: issuer, jwksUrl: `${world.url}/.well-known/jwks.json` }).verify(String(toIdentity!.headers[identityHeader]));
    expect(claims).toMatchObject({ sub: 'admin-1', org: 'acme', aud: issuer, roles: { org: 'admin' } });
    for (const { headers } of [toKeys!, toIdentity!]) expect(JSON.stringify(headers)).not.toContain(token.slice(-30));
    // The organization is the caller's, unless another is named; that one the service refuses.
    expect((await call('mint_key', { name: 'n', scopes: ['mcp:read'], expiresIn: '7d' })).json.result.structuredContent.body).toEqual({ name: 'n', scopes: ['mcp:read'], expiresIn: '7d', org: 'acme' });
  });

  verifies(['G10', 'G15'], 'why a call would be refused is a tool too, answered by who decides', async () => {
    const { json } = await call('explain', { server: 'demo', tool: 'add' });
    expect(json.result.structuredContent).toMatchObject({ server: 'demo', decision: { kind: 'scope' }, rules: expect.any(Array) as object[] });
    expect((await call('explain', { server: 'nowhere' })).json.result).toMatchObject({ isError: true, structuredContent: { code: 'not_found' } });
    await call('explain_audit_entry', { id: 'an-id' });
    expect(world.upstream.received.map(({ url }) => url)).toEqual(['/v1/audit/an-id/explain']);
  });

  verifies(['G10', 'G2'], 'a new key is in the one answer, and in no log, audit entry or metric', async () => {
    const answer = await call('mint_key', { name: 'n', scopes: ['mcp:read'], expiresIn: '7d' });
    expect(answer.json.result.structuredContent.token).toBe(minted);
    await world.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'revoke_everything', arguments: {} } }, bearer(token), '/mcp');
    const metrics = (await send(`${world.management}/metrics`, { method: 'GET' })).text;
    for (const text of [world.log(), JSON.stringify(told), metrics]) expect([text.includes(minted), text.includes(token.slice(-30))]).toEqual([false, false]);
    expect(world.log()).toContain('"route":"/mcp"');
  });

  verifies(['G10', 'GW-50', 'GW-52'], 'who may not use an operation sees no tool for it, and an unknown one in a call', async () => {
    const reader = (await world.pat({ owner: 'admin-1', scopes: ['servers:read'] })).token;
    expect(await namesFor(reader)).toEqual(['list_servers', 'show_server']);
    const scope = await call('register_server', { project: 'main', slug: 'x', name: 'X', url: 'https://x.example/mcp' }, reader);
    expect([scope.status, scope.json.error.data.code, scope.headers['www-authenticate']]).toEqual([403, 'insufficient_scope', expect.stringContaining('resource_metadata="http://gateway.test/.well-known/oauth-protected-resource/mcp", scope="servers:write"')]);
    const viewer = (await world.pat({ scopes: [...everything] })).token;
    expect(await namesFor(viewer)).not.toContain('register_server');
    const hidden = await call('register_server', {}, viewer);
    const absent = await call('no_such_tool', {}, viewer);
    expect([hidden.status, hidden.json.error.code, hidden.json.error.message]).toEqual([200, -32602, 'Unknown tool: register_server']);
    expect([absent.status, absent.json.error.code, absent.json.error.message]).toEqual([200, -32602, 'Unknown tool: no_such_tool']);
    const kept = (await world.pat({ owner: 'admin-1', scopes: [...everything], projects: ['main'] })).token;
    expect(await namesFor(kept)).not.toContain('change_member');
    expect(world.upstream.received).toHaveLength(0);
  });

  verifies(['G10', 'G8'], 'what the service refuses is told as it says it, another organization\'s things as absent ones', async () => {
    const problem = { type: 'about:blank', title: 'Not found', status: 404, code: 'not_found', detail: 'There is no such key.' };
    world.upstream.handle = ({ response }) => void response.writeHead(404, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
    const { status, json } = await call('show_key', { id: 'Zz99Zz99' });
    expect([status, json.result.isError, json.result.structuredContent]).toEqual([200, true, { code: 'not_found', status: 404, detail: 'There is no such key.' }]);
    for (const args of [{ id: '../servers' }, { id: '..' }, { id: '\ud800' }, { id: 'a\udc00b' }, { id: 7 }, {}, { id: 'a', other: 1 }]) {
      world.upstream.received.splice(0);
      const refused = await call('show_key', args);
      expect([args, refused.json.result?.structuredContent.code ?? refused.json.error]).toEqual([args, 'invalid_request']);
      // Not even encoded: an encoded slash ends a segment for somebody else.
      expect(world.upstream.received).toHaveLength(0);
    }
  });

  verifies(['G10', 'GW-22'], 'it is a resource of its own, without sessions, and answers nothing that it does not have', async () => {
    const none = await rpc('tools/list', {}, null);
    expect([none.status, none.json.code, none.headers['www-authenticate']]).toEqual([401, 'token_missing', 'Bearer resource_metadata="http://gateway.test/.well-known/oauth-protected-resource/mcp", scope="keys:read servers:read org:read"']);
    const scope = everything.join(' ');
    expect((await rpc('tools/list', {}, await world.jwt({ sub: 'admin-1', aud: 'http://gateway.test/mcp', scope }))).status).toBe(200);
    for (const aud of ['http://gateway.test/v1', 'http://gateway.test/mcp/demo']) expect((await rpc('tools/list', {}, await world.jwt({ sub: 'admin-1', aud, scope }))).json.code).toBe('token_wrong_audience');
    for (const method of ['resources/list', 'subscriptions/listen', 'logging/setLevel', 'prompts/list']) expect([method, (await rpc(method)).json.error.code]).toEqual([method, -32601]);
    for (const method of ['GET', 'DELETE']) {
      const { status, headers } = await send(`${world.url}/mcp`, { method, headers: bearer(token) });
      expect([method, status, headers.allow]).toEqual([method, 405, 'POST']);
    }
    const { token: doomed, record } = await world.pat({ owner: 'admin-1', scopes: [...everything] });
    expect((await call('list_keys', {}, doomed)).status).toBe(200);
    await world.publish({ ...record, revokedAt: 1 });
    expect((await call('list_keys', {}, doomed)).status).toBe(401);
    await eventually(() => expect(JSON.stringify(told)).toContain('"platform"'));
  });
});
