import type { ServerProbe } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { probeUpstream } from '../src/probe/probe-upstream.ts';
import { upstreamConnector } from '../src/upstreams/address-guard.ts';
import { startDualEraUpstream, startSessionUpstream } from './support/mcp-upstreams.ts';
import { startUpstream, type Handle, type TestUpstream } from './support/upstream.ts';

describe('a look at a server', () => {
  let plain: TestUpstream;
  beforeAll(async () => { plain = await startUpstream(); });
  afterAll(() => plain.close());

  const look = (url: string, { allowPrivate = true, headers = {} } = {}): Promise<ServerProbe> =>
    probeUpstream({ connect: (tls) => upstreamConnector(allowPrivate, tls), assertion: (audience) => Promise.resolve(`for ${audience}`) }, { name: 's', url, headers, tls: { ca: null, serverName: null } });
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
    const refused = await look(plain.url, { allowPrivate: false });
    expect(codes(refused)).toEqual(['address_refused']);
    expect(JSON.stringify(refused)).not.toContain('127.0.0.1');
    expect(codes(await lookAt(({ response }) => void response.writeHead(302, { location: 'http://10.0.0.1/' }).end()))).toEqual(['redirects']);
    expect(codes(await lookAt(({ response }) => void response.writeHead(503).end()))).toEqual(['bad_status']);
    expect(codes(await lookAt(({ response }) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>'.repeat(10))))).toEqual(['not_mcp']);
    const sse = await lookAt(({ response, method }) => void (method === 'GET' ? response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: endpoint\ndata: /x\n\n') : response.writeHead(405).end()));
    expect([sse.transport, codes(sse)]).toEqual(['http+sse', ['sse_only']]);
    const guarded = await lookAt(({ response }) => void response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token", resource_metadata="https://as.example/.well-known/x"' }).end());
    expect(guarded).toMatchObject({ outcome: 'auth_required', auth: { required: true, scheme: 'Bearer', resourceMetadata: 'https://as.example/.well-known/x' }, tools: null, problems: [{ code: 'auth_required' }] });
    expect(plain.received[0]?.headers).toMatchObject({ 'x-region': 'eu', 'latchkey-identity': `for ${plain.url}` });
    expect(plain.received.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
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
});
