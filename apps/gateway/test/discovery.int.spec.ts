import { createHash } from 'node:crypto';
import { eventually, verifies } from '@latchkey/testing';
import { generateKeyPair, exportJWK, SignJWT } from 'jose';
import { send } from './support/send.ts';
import { bearer, call, issuer, startWorld, type World } from './support/world.ts';

describe('discovery', () => {
  let world: World;
  beforeAll(async () => { world = await startWorld(); });
  afterAll(() => world.close());
  beforeEach(() => { world.upstream.received.splice(0); });
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') => send(`${world.url}${path}`, { method, headers });

  verifies(['GW-11', 'GW-13'], 'each server has its protected-resource metadata, open and cacheable', async () => {
    const { status, json, headers } = await get('/.well-known/oauth-protected-resource/mcp/demo', { origin: 'https://anywhere.example' });
    expect([status, json]).toEqual([200, {
      resource: 'http://gateway.test/mcp/demo', authorization_servers: [issuer], bearer_methods_supported: ['header'],
      scopes_supported: ['mcp:read', 'mcp:execute'], resource_name: 'Demo',
      dpop_signing_alg_values_supported: ['ES256', 'Ed25519', 'EdDSA'], dpop_bound_access_tokens_required: false,
    }]);
    expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=300' });
    const missing = await get('/.well-known/oauth-protected-resource/mcp/nobody');
    expect([missing.status, missing.json.code]).toEqual([404, 'not_found']);
  });

  verifies('GW-10', 'a Host header has no part in it', async () => {
    const { json } = await get('/.well-known/oauth-protected-resource/mcp/demo', { host: 'evil.example', 'x-forwarded-host': 'evil.example' });
    expect(json.resource).toBe('http://gateway.test/mcp/demo');
  });

  verifies('GW-12', 'there is no root document, and one for the management API', async () => {
    expect((await get('/.well-known/oauth-protected-resource')).status).toBe(404);
    expect((await get('/.well-known/oauth-protected-resource/mcp')).json).toMatchObject({ resource: 'http://gateway.test/mcp', scopes_supported: ['keys:read', 'servers:read', 'org:read'] });
    expect((await get('/.well-known/oauth-protected-resource/v1')).json).toMatchObject({
      resource: 'http://gateway.test/v1', authorization_servers: [issuer], scopes_supported: ['keys:read', 'servers:read', 'org:read'],
    });
  });

  verifies('GW-12', 'the root document describes the configured default only', async () => {
    const other = await startWorld({ env: { LATCHKEY_DEFAULT_SERVER: 'later' } });
    const metadata = (path: string) => send(`${other.url}/.well-known/oauth-protected-resource${path}`, { method: 'GET' });
    try {
      expect((await metadata('')).status).toBe(404);
      await other.publish(other.server({ slug: 'later' }));
      const [root, later] = [await metadata(''), await metadata('/mcp/later')];
      expect([root.status, root.json.resource, root.headers['access-control-allow-origin']]).toEqual([200, 'http://gateway.test/mcp/later', '*']);
      expect(root.text).toBe(later.text);
    } finally {
      await other.close();
    }
  });

  verifies('DISC-01', 'the address of the gateway itself leads to the catalogue, and people to the console', async () => {
    const { status, headers, text } = await get('/', { accept: 'text/html' });
    expect([status, headers['content-type'], headers['content-security-policy']]).toEqual([200, 'text/html; charset=utf-8', "default-src 'none'; frame-ancestors 'none'"]);
    expect(headers['link']).toContain('<http://gateway.test/.well-known/api-catalog>; rel="api-catalog"');
    expect(text).toContain(`href="${issuer}/console"`);
    const head = await get('/', {}, 'HEAD');
    expect([head.status, head.headers['link']]).toEqual([200, headers['link']]);
  });

  verifies('DISC-01', 'HEAD, ETag and preflight work on every document', async () => {
    for (const path of ['/.well-known/oauth-protected-resource/mcp/demo', '/.well-known/jwks.json', '/openapi.json']) {
      const first = await get(path);
      const head = await get(path, {}, 'HEAD');
      expect([head.status, head.text, head.headers['content-length'], head.headers.etag]).toEqual([200, '', String(Buffer.byteLength(first.text)), first.headers.etag]);
      const again = await get(path, { 'if-none-match': String(first.headers.etag) });
      expect([again.status, again.text, again.headers['access-control-allow-origin']]).toEqual([304, '', '*']);
      const preflight = await get(path, { origin: 'https://a.example', 'access-control-request-method': 'GET', 'access-control-request-headers': 'mcp-protocol-version' }, 'OPTIONS');
      expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([204, 'mcp-protocol-version, accept, content-type']);
    }
  });

  verifies('K13', '/openapi.json describes the whole HTTP API, under the public URLs', async () => {
    const { status, headers, text } = await get('/openapi.json', { origin: 'https://anywhere.example', host: 'evil.example' });
    expect([status, headers['access-control-allow-origin'], headers['cache-control']]).toEqual([200, '*', 'public, max-age=300']);
    const document = JSON.parse(text) as { openapi: string; servers: unknown; paths: object; components: { securitySchemes: { oauth: { flows: Record<string, object> } } } };
    expect([document.openapi, document.servers]).toEqual(['3.1.0', [{ url: 'http://gateway.test' }]]);
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/v1/pats', '/v1/servers', '/v1/hooks/{subscription}', '/v1/audit']));
    expect(document.components.securitySchemes.oauth.flows['clientCredentials']).toMatchObject({ tokenUrl: `${issuer}/oauth/token` });
  });

  const documents: [path: string, type: string][] = [
    ['/mcp/server-card', 'application/mcp-server-card+json'], ['/mcp/open/server-card', 'application/mcp-server-card+json'], ['/.well-known/mcp/server-card.json', 'application/json'],
    ['/.well-known/ai-catalog.json', 'application/ai-catalog+json'], ['/.well-known/api-catalog', 'application/linkset+json'], ['/.well-known/agent-skills/index.json', 'application/json'],
    ['/.well-known/agent-skills/latchkey/SKILL.md', 'text/markdown'], ['/llms.txt', 'text/markdown'], ['/auth.md', 'text/markdown'],
  ];

  verifies(['DISC-01', 'G12'], 'cards, catalogues and texts are open, cacheable for an hour, and name listed servers alone', async () => {
    const listed = world.server({ slug: 'open', name: 'Open [x](y)', org: 'other', settings: { listed: true } });
    const gone = world.server({ slug: 'gone', settings: { listed: true } });
    for (const record of [listed, gone, { ...gone, deletedAt: 1 }]) await world.publish(record);
    for (const [path, type] of documents) {
      const first = await get(path, { origin: 'https://a.example' });
      expect([path, first.status, first.headers['access-control-allow-origin'], first.headers['cache-control']]).toEqual([path, 200, '*', 'public, max-age=3600']);
      expect(first.headers['content-type']?.startsWith(type)).toBe(true);
      const head = await get(path, {}, 'HEAD');
      expect([path, head.status, head.text, head.headers.etag]).toEqual([path, 200, '', first.headers.etag]);
      expect([path, (await get(path, { 'if-none-match': String(first.headers.etag) })).status]).toEqual([path, 304]);
      expect([path, (await get(path, { origin: 'https://a.example', 'access-control-request-method': 'GET' }, 'OPTIONS')).status]).toEqual([path, 204]);
      // Neither who is behind it, nor what is not listed, nor what is no more.
      for (const secret of [world.upstream.url, '"demo"', '/mcp/demo', '/mcp/gone', 'acme', '"other"']) expect([path, secret, first.text.includes(secret)]).toEqual([path, secret, false]);
    }
    for (const path of ['/mcp/demo/server-card', '/mcp/gone/server-card', '/mcp/nowhere/server-card']) expect([path, (await get(path)).json.code]).toEqual([path, 'not_found']);
    await world.publish({ ...listed, settings: {} });
    expect((await get('/mcp/open/server-card')).status).toBe(404);
    await world.publish(listed);
  });

  verifies('G12', 'and have the shapes of their specifications, from one model', async () => {
    const card = (await get('/mcp/open/server-card')).json;
    expect(card).toEqual({
      $schema: 'https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json', name: 'test.gateway/open', version: '1.0.1', title: 'Open [x](y)', description: 'Open [x](y), behind a Latchkey gateway',
      remotes: [{ type: 'streamable-http', url: 'http://gateway.test/mcp/open' }],
    });
    expect((await get('/mcp/server-card')).json.remotes[0]).toMatchObject({ url: 'http://gateway.test/mcp', supportedProtocolVersions: expect.arrayContaining(['2026-07-28', '2025-11-25']) });
    const catalog = (await get('/.well-known/ai-catalog.json')).json;
    expect([catalog.specVersion, catalog.entries.map(({ identifier, url }: Record<string, string>) => [identifier, url])]).toEqual(['1.0', [
      ['urn:air:gateway.test:mcp:latchkey', 'http://gateway.test/mcp/server-card'], ['urn:air:gateway.test:mcp:open', 'http://gateway.test/mcp/open/server-card'],
    ]]);
    expect((await get('/.well-known/api-catalog')).json.linkset[0]).toMatchObject({ anchor: 'http://gateway.test/v1', 'service-desc': [{ href: 'http://gateway.test/openapi.json' }] });
    expect((await get('/.well-known/api-catalog', {}, 'HEAD')).headers.link).toBe('<http://gateway.test/.well-known/api-catalog>; rel="api-catalog"');
    const [skill] = (await get('/.well-known/agent-skills/index.json')).json.skills;
    const text = await get(String(skill.url).replace('http://gateway.test', ''));
    expect([skill.type, skill.digest]).toEqual(['skill-md', `sha256:${createHash('sha256').update(text.text).digest('hex')}`]);
    const llms = (await get('/llms.txt')).text;
    expect(llms).toMatch(/^# Latchkey\n\n> /);
    expect(llms).toContain('- [Open \\[x\\]\\(y\\)](http://gateway.test/mcp/open/server-card)');
    for (const part of ['## Discover', '## Identity assertions', 'urn:ietf:params:oauth:grant-type:jwt-bearer', '## Revoke', 'http://gateway.test/.well-known/oauth-protected-resource/mcp', `${issuer}/.well-known/oauth-authorization-server`]) expect((await get('/auth.md')).text).toContain(part);
    expect((await get('/.well-known/mcp/server-card.json')).json).toMatchObject({ transport: { type: 'streamable-http', endpoint: '/mcp' }, tools: 'dynamic' });
  });

  verifies('AS-02', 'the metadata of the issuer is mirrored unchanged, and asked for once', async () => {
    const document = { issuer, authorization_endpoint: `${issuer}/oauth/authorize`, extra: [1] };
    world.upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
    for (const name of ['oauth-authorization-server', 'openid-configuration']) {
      const answers = await Promise.all([1, 2, 3].map(() => get(`/.well-known/${name}`)));
      for (const { status, json, headers } of answers) expect([status, json, headers['access-control-allow-origin']]).toEqual([200, document, '*']);
      world.upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
    }
    expect(world.upstream.received.map(({ url }) => url)).toEqual(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']);
  });

  verifies('GW-22', 'a kid that the feed has not told of is asked for at the issuer', async () => {
    const next = await generateKeyPair('ES256', { extractable: true });
    world.upstream.handle = async ({ response, url, body }) => {
      const keys = [{ ...(await exportJWK(next.publicKey)), kid: 'k9', alg: 'ES256', use: 'sig' }];
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(url === '/.well-known/jwks.json' ? { keys } : { jsonrpc: '2.0', id: 1, result: { body: body.length } }));
    };
    const token = await new SignJWT({ iss: issuer, sub: 'user-1', aud: 'http://gateway.test/mcp/demo', jti: 'n', client_id: 'c', scope: 'mcp:execute', org: 'acme' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k9' }).setIssuedAt().setExpirationTime('1h').sign(next.privateKey);
    expect((await world.post(call(), bearer(token))).status).toBe(200);
  });
});

describe('discovery while the issuer is away', () => {
  it('says 503 for the mirror, and everything of its own still works', async () => {
    const world = await startWorld();
    try {
      world.upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"issuer":"http://other.test"}');
      const mirror = await send(`${world.url}/.well-known/oauth-authorization-server`, { method: 'GET' });
      expect([mirror.status, mirror.json.code, mirror.headers['retry-after']]).toEqual([503, 'upstream_unavailable', '2']);
      expect((await send(`${world.url}/.well-known/oauth-protected-resource/mcp/demo`, { method: 'GET' })).status).toBe(200);
      world.upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ issuer }));
      await eventually(async () => (await send(`${world.url}/.well-known/oauth-authorization-server`, { method: 'GET' })).status === 200);
    } finally {
      await world.close();
    }
  });
});
