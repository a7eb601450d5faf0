import { verifies } from '@latchkey/testing';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { FormBrowser } from './support/browser.ts';
import { authorize, authorizeUrl, pkce, post, redeem, refresh, registered, type Authorized } from './support/client.ts';
import { Documents } from './support/documents.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

const claudeCode = 'https://claude.ai/oauth/claude-code-client-metadata';
const chatGpt = 'https://chatgpt.com/oauth/abc/client.json';

describe('client ID metadata documents', () => {
  const outbound = new Documents();
  let identity: TestIdentity;
  let privateKey: CryptoKey;
  beforeAll(async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    privateKey = pair.privateKey;
    outbound.documents.set(claudeCode, { client_id: claudeCode, client_name: 'Claude Code', redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'], scope: 'user:inference', token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'] });
    outbound.documents.set(chatGpt, { client_id: chatGpt, client_name: 'ChatGPT', redirect_uris: ['https://chatgpt.com/connector/oauth/abc'], token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'], token_endpoint_auth_signing_alg: 'RS256', jwks_uri: 'https://chatgpt.com/oauth/jwks.json' });
    outbound.documents.set('https://chatgpt.com/oauth/jwks.json', { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] });
    identity = await startTestIdentity({ outbound });
  }, 60_000);
  afterAll(() => identity.stop());

  const ask = (clientId: string, redirectUri = 'https://a.example/cb') =>
    new FormBrowser(identity.issuer).open(authorizeUrl(identity.issuer, clientId, { code_challenge: pkce().challenge, redirect_uri: redirectUri }));

  verifies(['AS-10', 'I3'], 'connect Claude Code on any loopback port, asking for its document once', async () => {
    const redirectUri = 'http://localhost:49152/callback';
    const { body } = await redeem(identity.issuer, claudeCode, await authorize(identity.issuer, claudeCode, { params: { redirect_uri: redirectUri } }));
    expect(decodeJwt(body.access_token!)).toMatchObject({ client_id: claudeCode, org: 'acme' });
    expect((await refresh(identity.issuer, claudeCode, body.refresh_token!)).status).toBe(200);
    expect(outbound.asked.filter((url) => url === claudeCode)).toHaveLength(1);
  });

  verifies('AS-15', 'connect ChatGPT by a signed assertion, its key fetched under the same guard', async () => {
    const authorized: Authorized = await authorize(identity.issuer, chatGpt, { params: { redirect_uri: 'https://chatgpt.com/connector/oauth/abc' } });
    const assertion = await new SignJWT({ jti: crypto.randomUUID() }).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).setIssuer(chatGpt).setSubject(chatGpt).setAudience(identity.issuer).setIssuedAt().setExpirationTime('1m').sign(privateKey);
    const without = await redeem(identity.issuer, chatGpt, authorized);
    expect([without.status, without.body.error]).toEqual([401, 'invalid_client']);
    const more = { client_assertion: assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' };
    const { status, body } = await redeem(identity.issuer, chatGpt, authorized, more);
    expect([status, body.error_description]).toEqual([200, undefined]);
    expect(outbound.asked).toContain('https://chatgpt.com/oauth/jwks.json');
  });

  it.each([
    ['no document', undefined],
    ['an unreachable one', new Error('refused')],
    ['no JSON', 'hello'],
    ['a list', []],
    ['another client id', { client_id: 'https://b.example/client', client_name: 'B', redirect_uris: ['https://a.example/cb'] }],
    ['no name', { client_id: 'URL', redirect_uris: ['https://a.example/cb'] }],
    ['no redirects', { client_id: 'URL', client_name: 'A' }],
    ['a javascript redirect', { client_id: 'URL', client_name: 'A', redirect_uris: ['https://a.example/cb', 'javascript:alert(1)'] }],
    ['a http redirect', { client_id: 'URL', client_name: 'A', redirect_uris: ['https://a.example/cb', 'http://a.example/cb'] }],
    ['a shared secret', { client_id: 'URL', client_name: 'A', redirect_uris: ['https://a.example/cb'], token_endpoint_auth_method: 'client_secret_basic' }],
    ['too much', { client_id: 'URL', client_name: 'A', redirect_uris: ['https://a.example/cb'], x: 'x'.repeat(6000) }],
  ])('[AS-12] are refused on a local page where there is %s', async (what, document) => {
    const url = `https://a.example/${encodeURIComponent(what)}`;
    outbound.documents.set(url, typeof document === 'object' && !(document instanceof Error) ? JSON.parse(JSON.stringify(document).replace('URL', url)) : document);
    const page = await ask(url);
    expect([page.status, page.left]).toEqual([400, undefined]);
    expect(page.text).toMatch(/<h1>This application (is not known here|describes itself)/);
  });

  verifies('AS-10', 'are not fetched for a client id without a path, or over http', async () => {
    for (const id of ['https://a.example', 'https://a.example/', 'http://a.example/client', 'https://a.example/../client', 'https://user@a.example/client', 'https://a.example/client#x']) {
      expect((await ask(id)).status).toBe(400);
      expect(outbound.asked).not.toContain(id);
    }
  });
});

describe('the cache of client ID metadata documents', () => {
  const outbound = new Documents();
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity({ outbound });
  }, 60_000);
  afterAll(() => identity.stop());

  const ask = (clientId: string) => new FormBrowser(identity.issuer).open(authorizeUrl(identity.issuer, clientId, { code_challenge: pkce().challenge, redirect_uri: 'https://a.example/cb' }));

  const published = (path: string, more: Record<string, unknown> = {}): string => {
    const url = `https://cached.example/${path}`;
    outbound.documents.set(url, { client_id: url, client_name: 'Cached', redirect_uris: ['https://a.example/cb'], ...more });
    return url;
  };

  it.each([
    ['what the document says', (): Record<string, string> => ({ 'cache-control': 'public, max-age=600' }), 600],
    ['no less than 30 seconds', () => ({ 'cache-control': 'no-store, max-age=0' }), 30],
    ['30 seconds where it says nothing', () => ({}), 30],
    ['no more than a day', () => ({ 'cache-control': 'max-age=99999999' }), 86_400],
    ['until it expires', () => ({ expires: new Date(Date.now() + 900_000).toUTCString() }), 890],
  ])('[AS-10] are cached for %s', async (what, headers, seconds) => {
    const url = published(encodeURIComponent(what));
    outbound.headers = headers();
    const now = jest.spyOn(Date, 'now');
    const start = Date.now();
    try {
      expect((await ask(url)).status).toBe(200);
      for (const [afterSeconds, times] of [[seconds - 5, 1], [seconds + 15, 2]] as const) {
        now.mockImplementation(() => start + afterSeconds * 1000);
        expect((await ask(url)).status).toBe(200);
        expect([afterSeconds, outbound.timesAsked(url)]).toEqual([afterSeconds, times]);
      }
    } finally {
      now.mockRestore();
      outbound.headers = { 'cache-control': 'max-age=3600' };
    }
  });

  verifies('AS-10', 'are asked for again after an error, which is not kept', async () => {
    const url = 'https://cached.example/late';
    expect((await ask(url)).status).toBe(400);
    const tried = outbound.timesAsked(url);
    published('late');
    expect((await ask(url)).status).toBe(200);
    expect(outbound.timesAsked(url)).toBe(tried + 1);
  });

  verifies('AS-90', 'have no picture fetched or linked, whatever they name', async () => {
    const url = published('logo', { logo_uri: 'https://cached.example/logo.png' });
    const page = await ask(url);
    expect(page.status).toBe(200);
    expect(page.text).not.toContain('logo.png');
    expect(outbound.asked).not.toContain('https://cached.example/logo.png');
  });
});

describe('client ID metadata documents by policy of the operator', () => {
  verifies('AS-12', 'are fetched from allowed domains only, and not for loopback-only clients where that is switched off', async () => {
    const outbound = new Documents();
    const ids = ['https://good.example/client', 'https://bad.good.example/client', 'https://other.example/client', 'https://good.example/local'];
    for (const id of ids) outbound.documents.set(id, { client_id: id, client_name: 'A', redirect_uris: [id.endsWith('local') ? 'http://localhost/cb' : 'https://a.example/cb'] });
    const identity = await startTestIdentity({
      outbound,
      variables: { LATCHKEY_CLIENT_DOCUMENT_ALLOWED_DOMAINS: 'good.example,*.good.example', LATCHKEY_CLIENT_DOCUMENT_BLOCKED_DOMAINS: 'bad.good.example', LATCHKEY_ALLOW_LOOPBACK_CLIENTS: 'false' },
    });
    try {
      const status = async (id: string, redirect: string) => (await new FormBrowser(identity.issuer).open(authorizeUrl(identity.issuer, id, { code_challenge: pkce().challenge, redirect_uri: redirect }))).status;
      expect(await Promise.all(ids.map((id) => status(id, id.endsWith('local') ? 'http://localhost:5/cb' : 'https://a.example/cb')))).toEqual([200, 400, 400, 400]);
      expect(outbound.asked.sort()).toEqual(['https://good.example/client', 'https://good.example/local']);
      // On a cache hit as well.
      expect(await status('https://good.example/local', 'http://localhost:5/cb')).toBe(400);
    } finally {
      await identity.stop();
    }
  }, 60_000);

  verifies('AS-03', 'a page on another loopback port may use the token endpoint where the operator opts in, for public loopback clients only', async () => {
    const identity = await startTestIdentity({ variables: { LATCHKEY_ALLOW_LOOPBACK_ORIGINS: 'true' } });
    try {
      const { client_id: local } = await registered(identity.issuer, { redirect_uris: ['http://localhost:6274/oauth/callback'] });
      const { client_id: web } = await registered(identity.issuer, { redirect_uris: ['https://app.example/cb'] });
      const secret = await registered(identity.issuer, { redirect_uris: ['http://localhost:6274/oauth/callback'], token_endpoint_auth_method: 'client_secret_post' });
      const from = async (origin: string, id: string, more = {}) =>
        (await post(identity.issuer, '/oauth/token', { grant_type: 'refresh_token', client_id: id, refresh_token: 'x', ...more }, { origin })).headers.get('access-control-allow-origin');
      expect(await from('http://localhost:1234', local)).toBe('http://localhost:1234');
      for (const evil of ['https://evil.example', 'http://localhost.evil.example', 'https://localhost:1234', 'null']) expect([evil, await from(evil, local)]).toEqual([evil, null]);
      expect(await from('http://localhost:1234', web)).toBeNull();
      expect(await from('http://localhost:1234', secret.client_id, { client_secret: secret.client_secret })).toBeNull();
    } finally {
      await identity.stop();
    }
  }, 60_000);
});
