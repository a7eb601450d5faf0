import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { startDemoServer, type DemoServer } from './start.ts';

/** Publishes the key of a gateway, as the real one does. */
async function startKeyServer(publicKey: CryptoKey): Promise<{ url: string; server: Server }> {
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function connect(url: string, headers: Record<string, string> = {}): Promise<Client> {
  const client = new Client({ name: 'modern', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return client;
}

const textOf = (result: unknown) => (result as { content: { text?: string }[] }).content[0]?.text;

describe('the demo server', () => {
  let demo: DemoServer;
  let gateway: { url: string; server: Server };
  let privateKey: CryptoKey;

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256');
    privateKey = pair.privateKey;
    gateway = await startKeyServer(pair.publicKey);
    demo = await startDemoServer({ host: '127.0.0.1', port: 0, gatewayUrl: gateway.url });
  });
  afterAll(async () => {
    await demo.close();
    gateway.server.closeAllConnections();
    await new Promise((resolve) => gateway.server.close(resolve));
  });

  const assertion = (claims: { aud?: string; iss?: string; org?: string } = {}) =>
    new SignJWT({ org: claims.org ?? 'acme', scope: 'mcp:read mcp:execute', credential: { kind: 'pat', id: 'Ab12Cd34' } })
      .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'latchkey-identity+jwt' })
      .setIssuer(claims.iss ?? gateway.url).setAudience(claims.aud ?? demo.url).setSubject('user-1').setIssuedAt().setExpirationTime('60s')
      .sign(privateKey);

  it('serves its tools, resource and prompt to a modern client', async () => {
    const client = await connect(demo.url);
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual([
      'whoami', 'list_tasks', 'add_task', 'complete_task', 'delete_task', 'convert_time', 'run_timer',
    ]);
    expect(tools.find((tool) => tool.name === 'list_tasks')?.annotations?.readOnlyHint).toBe(true);
    expect(tools.find((tool) => tool.name === 'delete_task')?.annotations?.destructiveHint).toBe(true);
    expect((await client.listResources()).resources.map((resource) => resource.uri)).toEqual(['demo://guide']);
    expect((await client.listPrompts()).prompts.map((prompt) => prompt.name)).toEqual(['plan-day']);
    await client.close();
  });

  it('serves the same tools to a legacy client', async () => {
    const client = new LegacyClient({ name: 'legacy', version: '1' });
    await client.connect(new LegacyTransport(new URL(demo.url)));
    const result = await client.callTool({ name: 'convert_time', arguments: { time: '2026-07-28T14:30', from: 'Europe/Berlin', to: 'Asia/Tokyo' } });
    expect(result.structuredContent).toEqual({ time: '2026-07-28T21:30:00', zone: 'Asia/Tokyo', utc: '2026-07-28T12:30:00.000Z' });
    await client.close();
  });

  it('keeps a board: a task is added, completed and deleted, and a wrong number is a clear failure', async () => {
    const client = await connect(demo.url);
    const added = await client.callTool({ name: 'add_task', arguments: { title: 'Write a test' } });
    const { id } = (added.structuredContent as { task: { id: number } }).task;
    await client.callTool({ name: 'complete_task', arguments: { id } });
    const done = await client.callTool({ name: 'list_tasks', arguments: { status: 'done' } });
    expect(textOf(done)).toBe(`[x] ${id}. Write a test`);
    await client.callTool({ name: 'delete_task', arguments: { id } });
    const again = await client.callTool({ name: 'delete_task', arguments: { id } });
    expect(again.isError).toBe(true);
    expect(textOf(again)).toBe(`There is no task ${id}.`);
    await client.close();
  });

  it('refuses arguments that do not fit the schema', async () => {
    const client = await connect(demo.url);
    const result = await client.callTool({ name: 'convert_time', arguments: { time: '2026-07-28T14:30', from: 'Mars/Olympus', to: 'UTC' } });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain('IANA time zone');
    await client.close();
  });

  it('reports progress while a timer runs', async () => {
    const client = await connect(demo.url);
    const seen: number[] = [];
    await client.callTool({ name: 'run_timer', arguments: { seconds: 0.2 } }, { onprogress: ({ progress }) => seen.push(progress) });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await client.close();
  });

  it('tells a caller that nobody vouched for it', async () => {
    const client = await connect(demo.url);
    const result = await client.callTool({ name: 'whoami', arguments: {} });
    expect(result.structuredContent).toMatchObject({ status: 'anonymous', receivedAuthorizationHeader: false });
    await client.close();
  });

  it('shows a verified assertion', async () => {
    const client = await connect(demo.url, { 'latchkey-identity': await assertion() });
    const result = await client.callTool({ name: 'whoami', arguments: {} });
    expect(result.structuredContent).toEqual({
      status: 'verified', subject: 'user-1', org: 'acme', scope: 'mcp:read mcp:execute',
      credential: { kind: 'pat', id: 'Ab12Cd34' }, receivedAuthorizationHeader: false,
    });
    await client.close();
  });

  it.each([
    ['made out to another upstream', { aud: 'http://other/mcp' }],
    ['of another issuer', { iss: 'http://evil' }],
  ])('does not believe an assertion %s', async (_what, claims) => {
    const client = await connect(demo.url, { 'latchkey-identity': await assertion(claims) });
    const result = await client.callTool({ name: 'whoami', arguments: {} });
    expect(result.structuredContent).toMatchObject({ status: 'unverified' });
    expect(result.structuredContent).not.toHaveProperty('subject');
    await client.close();
  });

  it('keeps the boards of two organizations apart', async () => {
    const ours = await connect(demo.url, { 'latchkey-identity': await assertion({ org: 'ours' }) });
    const theirs = await connect(demo.url, { 'latchkey-identity': await assertion({ org: 'theirs' }) });
    await ours.callTool({ name: 'add_task', arguments: { title: 'Ours alone' } });
    expect(textOf(await ours.callTool({ name: 'list_tasks', arguments: {} }))).toContain('Ours alone');
    expect(textOf(await theirs.callTool({ name: 'list_tasks', arguments: {} }))).not.toContain('Ours alone');
    await ours.close();
    await theirs.close();
  });

  it('refuses a foreign Host, which a rebound name would send', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(demo.url, { method: 'POST', headers: { host: 'evil.example', 'content-type': 'application/json' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject).end('{}');
    });
    expect(status).toBe(403);
  });
});
