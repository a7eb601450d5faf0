import { verifies } from '@latchkey/testing';
import * as client from 'openid-client';
import { FormBrowser } from '../support/browser.ts';
import { throughPages } from '../support/client.ts';
import { admin, demo, startTestIdentity, type TestIdentity } from '../support/identity.ts';

const redirectUri = 'https://app.example/cb';
const byeUri = 'https://app.example/bye';

/** What the profiles of OpenID Connect ask, judged by a certified client library and not by ourselves. */
describe('OpenID Connect, as openid-client sees it', () => {
  let identity: TestIdentity;
  let browser: FormBrowser;
  beforeAll(async () => {
    identity = await startTestIdentity();
  }, 60_000);
  beforeEach(() => {
    browser = new FormBrowser(identity.issuer);
  });
  afterAll(() => identity.stop());

  const insecure = { execute: [client.allowInsecureRequests] };
  const registered = (metadata: Partial<client.ClientMetadata> = {}, auth?: client.ClientAuth): Promise<client.Configuration> =>
    client.dynamicClientRegistration(
      new URL(identity.issuer),
      { client_name: 'A relying party', redirect_uris: [redirectUri], post_logout_redirect_uris: [byeUri], token_endpoint_auth_method: 'none', ...metadata },
      auth,
      insecure,
    );

  interface Started {
    url: URL;
    checks: client.AuthorizationCodeGrantChecks & { expectedNonce: string; pkceCodeVerifier: string };
  }

  async function start(config: client.Configuration, parameters: Record<string, string> = {}): Promise<Started> {
    const [pkceCodeVerifier, expectedNonce, expectedState] = [client.randomPKCECodeVerifier(), client.randomNonce(), client.randomState()];
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid email profile',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      nonce: expectedNonce,
      state: expectedState,
      ...parameters,
    });
    return { url, checks: { pkceCodeVerifier, expectedNonce, expectedState } };
  }

  async function signIn(config: client.Configuration, parameters: Record<string, string> = {}) {
    const { url, checks } = await start(config, parameters);
    const { left } = await throughPages(browser, await browser.open(url.href));
    return { left: left!, checks, tokens: await client.authorizationCodeGrant(config, left!, checks) };
  }

  it('[I12] config: discovery holds up to a client that trusts nothing it was not promised', async () => {
    const config = await client.discovery(new URL(identity.issuer), 'anybody', undefined, client.None(), insecure);
    const metadata = config.serverMetadata();
    expect(metadata.issuer).toBe(identity.issuer);
    expect(metadata.supportsPKCE()).toBe(true);
    for (const [name, value] of Object.entries(metadata)) if (name.endsWith('_endpoint') || name === 'jwks_uri') expect([name, String(value).startsWith(`${identity.issuer}/`)]).toEqual([name, true]);
  });

  verifies(['I12', 'AS-30'], 'basic: code flow with PKCE, nonce, state and iss; a signed ID token; the same person at user info', async () => {
    const config = await registered();
    // The library then fetches the key set and verifies the signature of the ID token as well.
    client.enableNonRepudiationChecks(config);
    const { tokens } = await signIn(config);
    const claims = tokens.claims()!;
    expect(claims).toMatchObject({ iss: identity.issuer, aud: config.clientMetadata().client_id });
    const person = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
    expect(person).toMatchObject({ sub: claims.sub, email: admin.email, email_verified: true, name: 'Administrator' });
  });

  it('[I12] basic: scopes decide what user info tells', async () => {
    const config = await registered();
    const { tokens } = await signIn(config, { scope: 'openid' });
    expect(Object.keys(await client.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub))).toEqual(['sub']);
  });

  it('[I12] basic: max_age is kept and said, and prompt=login asks again', async () => {
    const config = await registered();
    const { url, checks } = await start(config, { max_age: '3600' });
    const { left } = await throughPages(browser, await browser.open(url.href));
    const tokens = await client.authorizationCodeGrant(config, left!, { ...checks, maxAge: 3600 });
    expect(tokens.claims()!.auth_time).toEqual(expect.any(Number));
    const again = await browser.open((await start(config, { prompt: 'login' })).url.href);
    expect(again.text).toMatch(/action="[^"]*\/login"/);
  });

  it('[I12] basic: prompt=none is an error while nobody is signed in, and silent where everything was allowed', async () => {
    const config = await registered();
    const { url } = await start(config, { prompt: 'none' });
    const { left } = await browser.open(url.href);
    await expect(client.authorizationCodeGrant(config, left!, { expectedState: left!.searchParams.get('state')! })).rejects.toMatchObject({ error: 'login_required' });
  });

  it('[I12] basic: a code is taken once, and the tokens of it end with its second use', async () => {
    const config = await registered();
    const { left, checks, tokens } = await signIn(config);
    await expect(client.authorizationCodeGrant(config, left, checks)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(client.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('[I12] basic: a refresh keeps the person and the time of sign-in', async () => {
    const config = await registered();
    const { tokens } = await signIn(config);
    const fresh = await client.refreshTokenGrant(config, tokens.refresh_token!);
    const [before, after] = [tokens.claims()!, fresh.claims()!];
    expect([after.sub, after.iss, after.aud]).toEqual([before.sub, before.iss, before.aud]);
    expect(after.auth_time ?? before.auth_time).toBe(before.auth_time);
  });

  it('[I12] basic: pushed parameters lead to the same end', async () => {
    const config = await registered();
    const { checks } = await start(config);
    const url = await client.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: redirectUri,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
      nonce: checks.expectedNonce,
      state: checks.expectedState as string,
    });
    const { left } = await throughPages(browser, await browser.open(url.href));
    expect((await client.authorizationCodeGrant(config, left!, checks)).claims()!.nonce).toBe(checks.expectedNonce);
  });

  it('[I12] basic: form_post hands the code over in a form, and nothing in the address', async () => {
    const config = await registered();
    const { url, checks } = await start(config, { response_mode: 'form_post' });
    const page = await throughPages(browser, await browser.open(url.href));
    expect(page.left).toBeUndefined();
    const fields = new URLSearchParams([...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!] as [string, string]));
    const callback = new Request(redirectUri, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: fields });
    expect((await client.authorizationCodeGrant(config, callback, checks)).claims()!.nonce).toBe(checks.expectedNonce);
  });

  verifies('I4', 'confidential clients use either way of presenting their secret', async () => {
    for (const [method, auth] of [['client_secret_basic', client.ClientSecretBasic()], ['client_secret_post', client.ClientSecretPost()]] as const) {
      const config = await registered({ token_endpoint_auth_method: method }, auth);
      const { tokens } = await signIn(config);
      expect(tokens.claims()!.sub).toEqual(expect.any(String));
      await client.tokenRevocation(config, tokens.refresh_token!);
      await expect(client.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });
    }
  });

  verifies('I2', 'dynamic: what a client registers is what it gets, and it manages that itself', async () => {
    const config = await registered({ client_uri: 'https://app.example', software_id: 'app', software_version: '1.2' });
    const metadata = config.clientMetadata() as client.ClientMetadata & { registration_client_uri: string; registration_access_token: string };
    expect(metadata).toMatchObject({ redirect_uris: [redirectUri], post_logout_redirect_uris: [byeUri], client_uri: 'https://app.example', software_id: 'app', software_version: '1.2', token_endpoint_auth_method: 'none' });
    const headers = { authorization: `Bearer ${metadata.registration_access_token}` };
    const read = await fetch(metadata.registration_client_uri, { headers });
    expect(await read.json()).toMatchObject({ client_id: metadata.client_id, redirect_uris: [redirectUri] });
  });

  describe('logout (OpenID Connect RP-Initiated Logout 1.0)', () => {
    const signedIn = async (config: client.Configuration): Promise<boolean> => {
      const { left } = await browser.open((await start(config, { prompt: 'none' })).url.href);
      return left?.searchParams.get('error') !== 'login_required';
    };

    it('[I9] asks, ends the sign-in, and goes back with the state', async () => {
      const config = await registered();
      const { tokens } = await signIn(config);
      expect(await signedIn(config)).toBe(true);
      const url = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token!, post_logout_redirect_uri: byeUri, state: 'bye-1' });
      const asked = await browser.open(url.href);
      expect(await signedIn(config)).toBe(true);
      const { left } = await browser.submit(asked, /end-session\/confirm$/, { logout: 'yes' });
      expect(left?.href).toBe(`${byeUri}?state=bye-1`);
      expect(await signedIn(config)).toBe(false);
    });

    it('[I9] takes no hint of another issuer, or of another client', async () => {
      const [config, other] = [await registered(), await registered()];
      const { tokens } = await signIn(config);
      const [head, payload] = tokens.id_token!.split('.');
      const hints: Record<string, string>[] = [
        { id_token_hint: `${head}.${payload}.${'A'.repeat(342)}` },
        { id_token_hint: tokens.id_token!, client_id: other.clientMetadata().client_id },
      ];
      for (const parameters of hints) {
        const page = await browser.open(client.buildEndSessionUrl(config, { post_logout_redirect_uri: byeUri, ...parameters }).href);
        expect([page.status, page.left]).toEqual([400, undefined]);
        expect(await signedIn(config)).toBe(true);
      }
    });

    it('[I9] leaves connected programs connected', async () => {
      const config = await registered();
      const { tokens } = await signIn(config, { resource: demo, scope: 'openid mcp:read' });
      const page = await browser.open(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token! }).href);
      await browser.submit(page, /end-session\/confirm$/, { logout: 'yes' });
      expect((await client.refreshTokenGrant(config, tokens.refresh_token!)).access_token).toEqual(expect.any(String));
    });
  });
});
