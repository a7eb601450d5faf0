import type { ServerProbe } from '@latchkey/contracts';
import { GuardedFetch } from '@latchkey/outbound';
import { startOauthUpstream, verifies } from '@latchkey/testing';
import { probeUpstream } from '../src/probe/probe-upstream.ts';
import { upstreamConnector } from '../src/upstreams/address-guard.ts';
import { startDualEraUpstream, startSessionUpstream } from './support/mcp-upstreams.ts';
import { startUpstream, type Handle, type TestUpstream } from './support/upstream.ts';

describe('a look at a server', () => {
  let plain: TestUpstream;
  const outside = new GuardedFetch({ allowPrivateAddresses: true });
  beforeAll(async () => { plain = await startUpstream(); });
  afterAll(async () => {
    await outside.close();
    await plain.close();
  });

  const look = (url: string, { allowPrivate = true, headers = {} } = {}): Promise<ServerProbe> =>
    probeUpstream({ connect: (tls) => upstreamConnector(allowPrivate, tls), assertion: (audience) => Promise.resolve(`for ${audience}`), read: (at, signal) => outside.get(at, signal) }, { name: 's', url, headers, tls: { ca: null, serverName: null } });
  const lookAt = (handle: Handle) => {
    plain.received.splice(0);
    plain.handle = handle;
    return look(plain.url, { headers: { 'x-region': 'eu' } });
  };
  const codes = ({ problems }: ServerProbe) => problems.map(({ code }) => code);

  verifies('G3', 'finds eras, versions and what the tools say of themselves, on real servers of both kinds, and leaves no session', async () => {
    const dual = await startDualEraUpstream();
    const found = await look(dual.url);
    await dual.close();
    expect(found).toMatchObject({ outcome: 'ok', transport: 'streamable-http', eras: ['modern', 'legacy'], serverInfo: { name: 'dual', version: '1' }, problems: [], auth: { required: false } });
    expect(found.protocolVersions).toEqual(expect.arrayContaining(['2026-07-28', '2025-11-25']));
    expect(found.tools).toEqual([{ name: 'add', annotations: { readOnlyHint: true } }, { name: 'delete_all', annotations: { destructiveHint: true } }, { name: 'count', annotations: {} }]);

    const old = await startSessionUpstream();
    const legacy = await look(old.url);
    expect(legacy).toMatchObject({ outcome: 'ok', eras: ['legacy'], protocolVersions: ['2025-11-25'], serverInfo: { name: 'sessions' }, tools: [{ name: 'add', annotations: {} }] });
    await old.close();
  }, 20_000);

  verifies('G3', 'says what is in the way, and nothing of the inside', async () => {
    expect(await look('http://127.0.0.1:1/mcp')).toMatchObject({ outcome: 'failed', transport: null, problems: [{ code: 'unreachable' }] });
    const noTls = await look(plain.url.replace('http:', 'https:'));
    expect(noTls.problems).toEqual([{ code: 'tls', detail: expect.stringContaining('does not speak TLS here') as string }]);
    const refused = await look(plain.url, { allowPrivate: false });
    expect(codes(refused)).toEqual(['address_refused']);
    expect(JSON.stringify(refused)).not.toContain('127.0.0.1');
    expect(codes(await lookAt(({ response }) => void response.writeHead(302, { location: 'http://10.0.0.1/' }).end()))).toEqual(['redirects']);
    expect(codes(await lookAt(({ response }) => void response.writeHead(503).end()))).toEqual(['bad_status']);
    expect(codes(await lookAt(({ response }) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>'.repeat(10))))).toEqual(['not_mcp']);
    const sse = await lookAt(({ response, method }) => void (method === 'GET' ? response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: endpoint\ndata: /x\n\n') : response.writeHead(405).end()));
    expect([sse.transport, codes(sse)]).toEqual(['http+sse', ['sse_only']]);
    const guarded = await lookAt(({ response }) => void response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token", resource_metadata="http://127.0.0.1:1/.well-known/x"' }).end());
    expect(guarded).toMatchObject({ outcome: 'auth_required', auth: { required: true, scheme: 'Bearer', resourceMetadata: 'http://127.0.0.1:1/.well-known/x' }, tools: null, problems: [{ code: 'auth_required', detail: expect.stringContaining('does not say where one is to be had') as string }] });
    expect(plain.received[0]?.headers).toMatchObject({ 'x-region': 'eu', 'latchkey-identity': `for ${plain.url}` });
    expect(plain.received.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  });

  verifies(['G3', 'GW-85'], 'of one that wants a token, says whose, for what, and what connection has to be made', async () => {
    const guarded = await startOauthUpstream();
    try {
      const found = await look(guarded.resource);
      expect(found).toMatchObject({ outcome: 'auth_required', auth: { scheme: 'Bearer', resourceMetadata: `${guarded.issuer}/prm`, authorizationServers: [guarded.issuer], scopes: ['tools'], registration: 'dynamic' } });
      expect(found.problems).toEqual([{ code: 'auth_required', detail: `It wants a token of ${guarded.issuer} for tools. Make a connection of the kind oauth; we register ourselves there, and nothing more has to be given.` }]);
      guarded.set({ takesDocuments: true });
      expect((await look(guarded.resource)).auth.registration).toBe('document');
      guarded.set({ withoutPkce: true });
      expect((await look(guarded.resource)).problems[0]?.detail).toContain('PKCE');
      guarded.set({ metadataIssuer: 'http://localhost:1' });
      const foreign = await look(guarded.resource);
      expect([foreign.auth.registration, foreign.problems[0]?.detail]).toEqual([null, expect.stringContaining('cannot be read')]);
    } finally {
      await guarded.close();
    }
    // What speaks for another resource is not listened to, nor is what names no server; and a Basic challenge names none.
    const saying = (document: object, challenge = 'Bearer'): Handle => ({ url, response }) =>
      void (url.startsWith('/.well-known/') ? response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document)) : response.writeHead(401, { 'www-authenticate': challenge }).end());
    const told = async (handle: Handle) => (await lookAt(handle)).problems[0]?.detail;
    expect(await told(saying({ resource: 'https://other.example/mcp', authorization_servers: ['https://as.example'] }))).toContain('does not say where');
    expect(await told(saying({ resource: plain.url, authorization_servers: [7] }))).toContain('names no authorization server');
    expect(await told(saying({}, 'Basic realm="x"'))).toContain('of the kind Basic: store it as a static connection');
    const manual = await lookAt(({ url, response }) => void (url === '/mcp' ? response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
      : response.writeHead(200).end(JSON.stringify(url.includes('protected-resource') ? { resource: plain.url, authorization_servers: [plain.origin], scopes_supported: ['a', 'b'] } : { issuer: plain.origin, code_challenge_methods_supported: ['S256'] }))));
    expect([manual.auth, manual.problems[0]?.detail]).toMatchObject([{ scopes: ['a', 'b'], registration: 'manual' }, expect.stringContaining('registered there by hand')]);
  });

  verifies('G3', 'believes nothing that is no tool, and reads no more than it takes', async () => {
    const answering = (tools: unknown[], nextCursor?: string): Handle => ({ body, response }) => {
      const { id, method } = JSON.parse(body === '' ? '{}' : body) as { id?: string; method?: string };
      const results: Record<string, object> = { 'server/discover': { supportedVersions: ['2026-07-28'], serverInfo: { name: 'x\u0000y', version: 7 } }, 'tools/list': { tools, nextCursor } };
      const result = results[method ?? ''];
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`: hello\n\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\n\ndata: ${JSON.stringify({ jsonrpc: '2.0', id, ...(result === undefined ? { error: { code: -32601, message: 'no' } } : { result }) })}\n\n`);
    };
    const odd = await lookAt(answering([null, 'text', { name: 5 }, { name: '' }, { name: 'a\nb' }, { name: 'ok', annotations: { readOnlyHint: 'yes', destructiveHint: true, title: 'T' } }, { name: 'n'.repeat(200) }]));
    expect([odd.tools, odd.serverInfo, odd.eras]).toEqual([[{ name: 'ok', annotations: { destructiveHint: true } }], { name: 'x?y', version: '' }, ['modern']]);
    const endless = await lookAt(answering(Array.from({ length: 40 }, (_, index) => ({ name: `tool_${index}` })), 'more'));
    expect([endless.tools?.length, codes(endless)]).toEqual([250, ['tools_cut']]);
    expect(Buffer.byteLength(JSON.stringify({ ...endless, tools: endless.tools?.map((tool) => ({ ...tool, name: 'n'.repeat(128), annotations: { readOnlyHint: false, destructiveHint: false } })) }))).toBeLessThan(64 * 1024);
    const none = await lookAt(answering('no list' as unknown as unknown[]));
    expect([none.outcome, none.tools, codes(none)]).toEqual(['ok', null, ['tools_not_listed']]);
  });

  verifies('G3', 'reads what drips in once, up to a limit', async () => {
    const event = `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: 'x'.repeat(350) })}\n\n`;
    const drip: Handle = ({ response }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      let left = 4000;
      const next = (): void => {
        if (response.destroyed) return;
        left -= 1;
        response.write(event);
        if (left === 0) response.end();
        else setImmediate(next);
      };
      next();
    };
    const before = process.cpuUsage();
    const found = await lookAt((exchange) => (exchange.method === 'POST' ? drip(exchange) : void exchange.response.writeHead(405).end()));
    const { user, system } = process.cpuUsage(before);
    expect([found.outcome, codes(found)]).toEqual(['failed', ['not_mcp']]);
    // Two streams of a megabyte; read anew with each piece, they take ten times as long.
    expect((user + system) / 1000).toBeLessThan(2000);
  });
});
