import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAnswerSchema, type ConnectAnswer } from '@latchkey/contracts';
import { InProcessFeed } from '@latchkey/feed';
import { readChallenge, scopeTokens } from '@latchkey/oauth';
import { verifies } from '@latchkey/testing';
import { ann, gatewayUrl, KeysFixture, type Claims } from './keys-fixture.ts';

const tool = join(import.meta.dirname, '../../../node_modules/@modelcontextprotocol/conformance');
const admin: Claims = { ...ann, scope: 'connections:write' };
const visitor = { user: 'ann', browser: 'the browser' };
const callback = 'https://latchkey.example/v1/connections/callback';

/** Scenarios of the revision that are about how a client gets its tokens. */
const required = [...readFileSync(join(tool, 'requirements/2026-07-28.yaml'), 'utf8').matchAll(/^ {2}- (auth\/\S+)$/gm)].map(([, name = '']) => name);

/** What the tool would rather see, and why it is not so. */
const warned: Record<string, string> = { 'auth/basic-cimd': 'cimd-client-id-used: it takes the address of its own document for the only one' };

/** The key service as the conformance tool sees a client: it connects to the server that the tool plays, and calls it with what it got. */
describe('the client suite of the conformance tool', () => {
  const feed = new InProcessFeed();
  let keys: KeysFixture;
  /** By slug */
  const servers = new Map<string, string>();
  const door = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => { text += chunk.toString(); }).on('end', () => {
      run(JSON.parse(text) as Run).then((outcome) => response.end(outcome), (error: unknown) => response.writeHead(500).end(String(error)));
    });
  });
  interface Run { url: string; context: { client_id?: string; client_secret?: string } }

  beforeAll(async () => {
    await feed.answer('ask.identity', (question) => {
      const url = servers.get((question as { server: string }).server);
      return Promise.resolve({ connectUrl: 'https://latchkey.example/connect/', server: url === undefined ? null : { org: 'acme', project: 'prod', url } });
    });
    keys = await KeysFixture.start({ feed, env: { LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true' } });
    keys.clock.advance(Date.now() - keys.clock.nowMs());
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  }, 60_000);
  afterAll(async () => {
    door.close();
    await keys.stop();
  });

  const ask = async (question: object): Promise<ConnectAnswer> => connectAnswerSchema.parse(await feed.ask('ask.keys', question as never, 20_000));

  async function connect(id: string): Promise<string> {
    const { body } = await keys.call(admin, 'POST', `/v1/connections/${id}/authorize`, {});
    const sent = await ask({ connect: 'begin', ticket: String(body['url']).slice(-43), callback, ...visitor });
    if (sent.outcome !== 'go') return sent.outcome;
    const answer = await fetch(sent.url, { redirect: 'manual' });
    const location = answer.headers.get('location') ?? '';
    if (!location.startsWith(callback)) return `sent to ${location}`;
    return (await ask({ connect: 'finish', query: new URL(location).search.slice(1), callback, ...visitor })).outcome;
  }

  const value = async (id: string, refused: number | null = null, more: object = {}) =>
    (await keys.call({ sub: gatewayUrl, scope: '', credential: { kind: 'gateway', id: 'gateway' } }, 'POST', '/internal/connection-value', { connection: id, holder: 'user:ann', client: null, redirectUri: null, refused, ...more })).body;

  /** What a gateway does with a connection: as a client of the modern protocol, with the value in its header. */
  async function call(url: string, id: string, method: string, params: object = {}): Promise<{ status: number; challenge: string | null }> {
    const held = await value(id);
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientInfo': { name: 'latchkey', version: '1' }, 'io.modelcontextprotocol/clientCapabilities': {} };
    const named = (params as { name?: string }).name;
    const answer = await fetch(url, {
      method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...(named === undefined ? {} : { 'mcp-name': named }), authorization: String(held['value']) },
    });
    await answer.text();
    return { status: answer.status, challenge: answer.headers.get('www-authenticate') };
  }

  async function run({ url, context }: Run): Promise<string> {
    const server = `s${servers.size + 1}`;
    servers.set(server, url);
    const oauth = { ...(context.client_id === undefined ? {} : { clientId: context.client_id }), ...(context.client_secret === undefined ? {} : { clientSecret: context.client_secret }) };
    const { body } = await keys.call(admin, 'POST', '/v1/connections', { name: 'x', project: 'prod', server, kind: 'oauth', per: 'user', oauth });
    const id = String(body['id']);
    const outcome = await connect(id);
    if (outcome !== 'connected') return outcome;
    const said = [];
    for (const [method, params] of [['server/discover', {}], ['tools/list', {}], ['tools/call', { name: 'test-tool', arguments: {} }]] as const) {
      let { status, challenge } = await call(url, id, method, params);
      const { error, scope } = readChallenge(challenge);
      const demands = status === 403 && error === 'insufficient_scope' ? { wanted: scopeTokens(scope) } : {};
      // What is refused is renewed once, or connected anew; what is too narrow, connected anew where somebody can agree to more.
      if (status === 401 || 'wanted' in demands) {
        const version = Number((await value(id))['version']);
        const held = await value(id, version, demands);
        if (held['kind'] === 'missing') await connect(id);
        if (held['kind'] === 'missing' || held['version'] !== version) ({ status, challenge } = await call(url, id, method, params));
      }
      said.push(status);
    }
    return `connected ${said.join(' ')}`;
  }

  /** One run of the tool for all of them: to start it takes most of the time. @returns checks by scenario */
  function runTool(): Promise<Map<string, { id: string; status: string; errorMessage?: string }[]>> {
    const directory = mkdtempSync(join(tmpdir(), 'latchkey-conformance-'));
    const script = `fetch('http://127.0.0.1:${(door.address() as AddressInfo).port}',{method:'POST',body:JSON.stringify({url:process.argv.at(-1),context:JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT??'{}')})}).then(async(a)=>{console.log(await a.text());process.exitCode=a.ok?0:1})`;
    const options = ['--command', `node -e "${script}" --`, '--requirements', '2026-07-28', '-o', directory];
    return new Promise((resolve) => {
      execFile(process.execPath, [join(tool, 'dist/index.js'), 'client', ...options], { timeout: 240_000, maxBuffer: 64 * 1024 * 1024 }, () => {
        const files = readdirSync(directory, { recursive: true }).map(String).filter((name) => name.endsWith('checks.json'));
        // auth/metadata-default-2026-07-28T10-00-00-000Z/checks.json
        const read = (file: string) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as { id: string; status: string }[];
        const reports = new Map(files.map((file) => [`auth/${/([a-z0-9-]+?)-\d{4}-\d\d-\d\dT/.exec(file)?.[1] ?? ''}`, read(file)]));
        rmSync(directory, { recursive: true });
        resolve(reports);
      });
    });
  }

  describe('scenario', () => {
    let reports: Awaited<ReturnType<typeof runTool>>;
    beforeAll(async () => { reports = await runTool(); }, 300_000);

    it('is one of many', () => {
      expect(required.length).toBeGreaterThan(20);
    });

    for (const scenario of required) {
      verifies(['CT-05', 'GW-85'], `${scenario} passes`, () => {
        const checks = reports.get(scenario) ?? [];
        const failed = checks.filter(({ id, status }) => status === 'FAILURE' || (status === 'WARNING' && warned[scenario]?.startsWith(`${id}:`) !== true)).map(({ id, errorMessage }) => `${id}: ${errorMessage ?? ''}`);
        expect([failed, checks.some(({ status }) => status === 'SUCCESS')]).toEqual([[], true]);
      });
    }
  });
});
