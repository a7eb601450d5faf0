import { verifies } from '@latchkey/testing';
import * as oauth from 'oauth4webapi';
import { FormBrowser } from '../support/browser.ts';
import { throughPages } from '../support/client.ts';
import { demo, startTestIdentity, type TestIdentity } from '../support/identity.ts';

const redirectUri = 'https://app.example/cb';
const plain = { [oauth.allowInsecureRequests]: true };

/** The same by the library beneath most JavaScript clients, which checks every answer to the letter of its RFC. */
describe('OAuth, as oauth4webapi sees it', () => {
  let identity: TestIdentity;
  let server: oauth.AuthorizationServer;
  beforeAll(async () => {
    identity = await startTestIdentity();
    const issuer = new URL(identity.issuer);
    server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...plain }));
  }, 60_000);
  afterAll(() => identity.stop());

  async function registered(metadata: Partial<oauth.Client> = {}): Promise<oauth.Client> {
    const all = { client_name: 'Strict', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', ...metadata };
    return oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(server, all, plain));
  }

  async function callback(client: oauth.Client, parameters: Record<string, string>, browser = new FormBrowser(identity.issuer)): Promise<URL> {
    const url = new URL(server.authorization_endpoint!);
    url.search = new URLSearchParams({ client_id: client.client_id, response_type: 'code', redirect_uri: redirectUri, ...parameters }).toString();
    const { left } = await throughPages(browser, await browser.open(url.href));
    return left!;
  }

  async function challenge(): Promise<{ verifier: string; parameters: Record<string, string> }> {
    const verifier = oauth.generateRandomCodeVerifier();
    return { verifier, parameters: { code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' } };
  }

  async function connect(client: oauth.Client, auth: oauth.ClientAuth = oauth.None(), more: Record<string, string> = { resource: demo, scope: 'mcp:read mcp:execute' }) {
    const { verifier, parameters } = await challenge();
    const state = oauth.generateRandomState();
    const answer = oauth.validateAuthResponse(server, client, await callback(client, { state, ...parameters, ...more }), state);
    const response = await oauth.authorizationCodeGrantRequest(server, client, auth, answer, redirectUri, verifier, plain);
    return oauth.processAuthorizationCodeResponse(server, client, response);
  }

  verifies('AS-02', 'RFC 8414: the metadata of both well-known addresses is the issuer\'s', async () => {
    const issuer = new URL(identity.issuer);
    const oidc = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...plain }));
    expect(oidc).toEqual(server);
  });

  verifies(['AS-30', 'AS-43'], 'RFC 6749, 7636, 8707, 9068, 9207: a code for one resource, and a token that a resource server accepts', async () => {
    const tokens = await connect(await registered());
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'mcp:read mcp:execute' });
    const request = new Request(demo, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    const claims = await oauth.validateJwtAccessToken(server, request, demo, plain);
    expect(claims).toMatchObject({ iss: identity.issuer, aud: demo, org: 'acme' });
    await expect(oauth.validateJwtAccessToken(server, new Request(demo, { headers: { authorization: `Bearer ${tokens.access_token}` } }), `${demo}/other`, plain)).rejects.toThrow();
  });

  it('RFC 9207: an answer of another issuer is told from ours', async () => {
    const client = await registered();
    const { parameters } = await challenge();
    const url = await callback(client, { ...parameters, state: 's' });
    const other = { ...server, issuer: 'https://other.example' };
    expect(() => oauth.validateAuthResponse(other, client, url, 's')).toThrow(/iss/);
    url.searchParams.delete('iss');
    expect(() => oauth.validateAuthResponse(server, client, url, 's')).toThrow(/iss/);
  });

  verifies('AS-52', 'RFC 6749 section 6: a refresh rotates', async () => {
    const client = await registered();
    const tokens = await connect(client);
    const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token!, plain);
    const fresh = await oauth.processRefreshTokenResponse(server, client, response);
    expect(fresh.refresh_token).not.toBe(tokens.refresh_token);
  });

  verifies('AS-61', 'RFC 7009: what is revoked is gone, and what never was is no error', async () => {
    const client = await registered();
    const tokens = await connect(client);
    for (const token of ['never-was', tokens.access_token, tokens.refresh_token!]) {
      await expect(oauth.processRevocationResponse(await oauth.revocationRequest(server, client, oauth.None(), token, plain))).resolves.toBeUndefined();
    }
    const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token!, plain);
    await expect(oauth.processRefreshTokenResponse(server, client, response)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  verifies('AS-15', 'RFC 7523: a signed assertion stands for a secret, once', async () => {
    const { publicKey, privateKey } = await oauth.generateKeyPair('ES256');
    const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'k1', use: 'sig', alg: 'ES256' };
    const client = await registered({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } as never });
    let assertion = '';
    const key = { key: privateKey, kid: 'k1' };
    const auth = oauth.PrivateKeyJwt(key, { [oauth.modifyAssertion]: () => undefined });
    const keeping: oauth.ClientAuth = async (as, one, body, headers) => {
      await auth(as, one, body, headers);
      assertion = body.get('client_assertion')!;
    };
    const tokens = await connect(client, keeping);
    expect(tokens.access_token).toEqual(expect.any(String));
    const replayed: oauth.ClientAuth = (_as, one, body) => {
      body.set('client_id', one.client_id);
      body.set('client_assertion', assertion);
      body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    };
    const again = await oauth.refreshTokenGrantRequest(server, client, replayed, tokens.refresh_token!, plain);
    await expect(oauth.processRefreshTokenResponse(server, client, again)).rejects.toMatchObject({ error: 'invalid_client' });
    const forOther = oauth.PrivateKeyJwt(key, { [oauth.modifyAssertion]: (_header, payload) => void (payload.aud = 'https://other.example') });
    const misdirected = await oauth.refreshTokenGrantRequest(server, client, forOther, tokens.refresh_token!, plain);
    await expect(oauth.processRefreshTokenResponse(server, client, misdirected)).rejects.toMatchObject({ error: 'invalid_client' });
    const fresh = await oauth.refreshTokenGrantRequest(server, client, auth, tokens.refresh_token!, plain);
    expect((await oauth.processRefreshTokenResponse(server, client, fresh)).access_token).toEqual(expect.any(String));
  });

  it('[I13] RFC 9126: a pushed request', async () => {
    const client = await registered();
    const { verifier, parameters } = await challenge();
    const form = { client_id: client.client_id, response_type: 'code', redirect_uri: redirectUri, resource: demo, scope: 'mcp:read', state: 's', ...parameters };
    const pushed = await oauth.processPushedAuthorizationResponse(server, client, await oauth.pushedAuthorizationRequest(server, client, oauth.None(), form, plain));
    const browser = new FormBrowser(identity.issuer);
    const { left } = await throughPages(browser, await browser.open(`${server.authorization_endpoint}?client_id=${client.client_id}&request_uri=${encodeURIComponent(pushed.request_uri)}`));
    const answer = oauth.validateAuthResponse(server, client, left!, 's');
    const response = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), answer, redirectUri, verifier, plain);
    expect((await oauth.processAuthorizationCodeResponse(server, client, response)).scope).toBe('mcp:read');
  });
});
