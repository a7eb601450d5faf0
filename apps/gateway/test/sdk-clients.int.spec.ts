import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { eventually, verifies } from '@latchkey/testing';
import { startDualEraUpstream, startSessionUpstream, type McpUpstream } from './support/mcp-upstreams.ts';
import { bearer, startWorld, type World } from './support/world.ts';

type ToolResult = { content: { type: string; text?: string }[] };
const textOf = (result: unknown): string | undefined => (result as ToolResult).content[0]?.text;
const add = { name: 'add', arguments: { a: 2, b: 3 } };

describe('real clients and real servers', () => {
  let world: World;
  let dual: McpUpstream;
  let withSessions: Awaited<ReturnType<typeof startSessionUpstream>>;
  beforeAll(async () => {
    world = await startWorld();
    dual = await startDualEraUpstream();
    withSessions = await startSessionUpstream();
    await world.publish(world.server({ slug: 'dual', url: dual.url }));
    await world.publish(world.server({ slug: 'sessions', url: withSessions.url }));
  });
  afterAll(async () => {
    await world.close();
    await dual.close();
    await withSessions.close();
  });

  const modern = async (slug: string, token: string): Promise<Client> => {
    const client = new Client({ name: 'spec', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${world.url}/mcp/${slug}`), { requestInit: { headers: bearer(token) } }));
    return client;
  };
  const legacy = async (slug: string, token: string): Promise<LegacyClient> => {
    const client = new LegacyClient({ name: 'spec', version: '1' });
    await client.connect(new LegacyTransport(new URL(`${world.url}/mcp/${slug}`), { requestInit: { headers: bearer(token) } }));
    return client;
  };

  verifies('G9', 'a modern client discovers, lists, calls and reads through the gateway', async () => {
    const client = await modern('dual', (await world.pat()).token);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['add', 'delete_all', 'count']);
    expect(textOf(await client.callTool(add))).toBe('5');
    expect(textOf(await client.callTool({ name: 'count', arguments: {} }))).toBe('counted');
    expect(await client.readResource({ uri: 'test://note' })).toMatchObject({ contents: [{ text: 'a note' }], cacheScope: 'private', ttlMs: 0 });
    await client.close();
  });

  verifies('G9', 'a legacy client does the same on the same server, and on one with sessions', async () => {
    const { token } = await world.pat();
    for (const slug of ['dual', 'sessions']) {
      const client = await legacy(slug, token);
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain('add');
      expect(textOf(await client.callTool(add))).toBe('5');
      await client.close();
    }
  });

  verifies('GW-70', 'the server speaks unasked on the GET stream of a sealed session, and DELETE ends it', async () => {
    const { token } = await world.pat();
    const client = new LegacyClient({ name: 'spec', version: '1' });
    let changes = 0;
    client.fallbackNotificationHandler = () => { changes += 1; return Promise.resolve(); };
    const transport = new LegacyTransport(new URL(`${world.url}/mcp/sessions`), { requestInit: { headers: bearer(token) } });
    const before = new Set(withSessions.sessions.keys());
    await client.connect(transport);
    const id = [...withSessions.sessions.keys()].find((known) => !before.has(known)) ?? '';
    expect(transport.sessionId).toBeDefined();
    expect(transport.sessionId).not.toContain(id);
    await eventually(async () => {
      await withSessions.sessions.get(id)?.send({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
      return changes > 0;
    });
    await transport.terminateSession();
    expect(transport.sessionId).toBeUndefined();
    await client.close();
  });

  verifies('GW-51', 'what a key may not call is in no list and unknown in a call, for both clients', async () => {
    const { token } = await world.pat({ tools: ['dual:add'] });
    for (const client of [await modern('dual', token), await legacy('dual', token)]) {
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['add']);
      expect(textOf(await client.callTool(add))).toBe('5');
      await expect(client.callTool({ name: 'delete_all', arguments: {} })).rejects.toMatchObject({ code: -32602, message: expect.stringContaining('Unknown tool: delete_all') as string });
      await client.close();
    }
  });

  verifies('GW-41', 'a modern client meets the answer of a legacy server itself, and an automatic one falls back', async () => {
    const { token } = await world.pat();
    await expect(modern('sessions', token)).rejects.toThrow();
    const client = new Client({ name: 'spec', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${world.url}/mcp/sessions`), { requestInit: { headers: bearer(token) } }));
    expect(textOf(await client.callTool(add))).toBe('5');
    await client.close();
  });

  verifies('G2', 'a revocation stops both clients in mid-session', async () => {
    const { token, record } = await world.pat();
    const clients = [await modern('dual', token), await legacy('sessions', token)];
    for (const client of clients) expect(textOf(await client.callTool(add))).toBe('5');
    await world.publish({ ...record, revokedAt: 1 });
    for (const client of clients) {
      await expect(client.callTool(add)).rejects.toThrow(/401|nauthorized/);
      await client.close();
    }
  });
});
