import { verifies } from '@latchkey/testing';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { FormBrowser, type Page } from './support/browser.ts';
import { loopback, pkce, post, redeem, registered, throughPages, type Registered } from './support/client.ts';
import { demo, startTestIdentity, type TestIdentity } from './support/identity.ts';

const ten = <T>(run: (n: number) => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 10 }, (_, n) => run(n)));

describe('single use of pushed requests, assertions and registration tokens', () => {
  let identity: TestIdentity;
  let browser: FormBrowser;
  let client: Registered;
  beforeAll(async () => {
    identity = await startTestIdentity();
    browser = new FormBrowser(identity.issuer);
    client = await registered(identity.issuer);
  }, 60_000);
  afterAll(() => identity.stop());

  const push = async (more: Record<string, string> = {}) => {
    const { verifier, challenge } = pkce();
    const { status, body } = await post(identity.issuer, '/oauth/par', {
      client_id: client.client_id, response_type: 'code', redirect_uri: loopback, code_challenge: challenge, code_challenge_method: 'S256', resource: demo, scope: 'mcp:read', state: 'p1', ...more,
    });
    expect([status, body.error_description]).toEqual([201, undefined]);
    return { verifier, ...(body as unknown as { request_uri: string; expires_in: number }) };
  };
  const follow = (requestUri: string, id = client.client_id, from = browser): Promise<Page> =>
    from.open(`${identity.issuer}/oauth/authorize?client_id=${encodeURIComponent(id)}&request_uri=${encodeURIComponent(requestUri)}`);
  /** On a page of ours, or at the one redirect that the client has registered: where the engine is sure of it, it says so there. */
  const refused = ({ status, left }: Page) => (left === undefined ? status === 400 : left.searchParams.get('error') === 'invalid_request_uri' && left.searchParams.get('iss') === identity.issuer);

  verifies(['AS-55', 'I13'], 'a pushed request followed ten times at once gives one code (10 times)', async () => {
    // Signed in, and with a yes that is remembered: no page stands between the request and its code.
    await throughPages(browser, await follow((await push()).request_uri));
    for (let round = 0; round < 10; round += 1) {
      const { request_uri: uri, verifier } = await push();
      const pages = await ten(() => follow(uri));
      const finished = await Promise.all(pages.map(async (page) => (page.left !== undefined || page.status === 400 ? page : throughPages(browser, page))));
      const codes = finished.flatMap(({ left }) => left?.searchParams.get('code') ?? []);
      expect([round, codes.length, finished.filter(refused).length]).toEqual([round, 1, 9]);
      const redeemed = await redeem(identity.issuer, client.client_id, { code: codes[0]!, verifier, redirectUri: loopback, answer: new URL(loopback) });
      expect(redeemed.status).toBe(200);
    }
  }, 120_000);

  verifies('I13', 'a pushed request is refused to another client, and to everybody after its minute; what nobody pushed is none', async () => {
    const stranger = await registered(identity.issuer, { client_name: 'Stranger', redirect_uris: ['https://stranger.example/cb'] });
    const { request_uri: uri, expires_in: expiresIn } = await push();
    expect(expiresIn).toBeLessThanOrEqual(60);
    const foreign = await follow(uri, stranger.client_id);
    // The engine answers the one redirect that the stranger has registered itself; what was pushed goes nowhere.
    const told = foreign.left?.searchParams;
    expect([foreign.left?.origin, told?.get('error'), told?.get('iss'), told?.has('code')]).toEqual(['https://stranger.example', 'invalid_request_object', identity.issuer, false]);
    const { request_uri: late } = await push();
    await identity.dataSource.query("UPDATE artifacts SET expires_at = now() - interval '1 second' WHERE kind = 'PushedAuthorizationRequest'");
    for (const gone of [late, `${late}x`, 'urn:ietf:params:oauth:request_uri:nobody']) expect([gone, refused(await follow(gone))]).toEqual([gone, true]);
    const elsewhere = await follow('https://evil.example/request.jwt');
    expect(elsewhere.left?.searchParams.get('error')).toBe('request_uri_not_supported');
  });

  describe('of a client that signs', () => {
    let privateKey: CryptoKey;
    let signing: Registered;
    beforeAll(async () => {
      const pair = await generateKeyPair('ES256', { extractable: true });
      privateKey = pair.privateKey;
      const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
      signing = await registered(identity.issuer, { redirect_uris: ['https://signs.example/cb'], token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } });
    });

    verifies(['AS-55', 'AS-15'], 'an assertion presented ten times at once authenticates once, and the others are told invalid_client (10 times)', async () => {
      for (let round = 0; round < 10; round += 1) {
        const id = signing.client_id;
        const assertion = await new SignJWT({ jti: crypto.randomUUID() }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setIssuer(id).setSubject(id).setAudience(identity.issuer).setIssuedAt().setExpirationTime('1m').sign(privateKey);
        const form = { token: 'unknown', client_assertion: assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' };
        const answers = await ten(() => post(identity.issuer, '/oauth/revoke', form));
        expect([round, ...answers.map(({ status, body }) => `${status} ${body.error ?? ''}`).sort()]).toEqual([round, '200 ', ...Array.from({ length: 9 }, () => '401 invalid_client')]);
        expect((await post(identity.issuer, '/oauth/revoke', form)).status).toBe(401);
      }
    }, 60_000);
  });

  verifies(['AS-22', 'AS-55'], 'a registration token with which ten updates come at once is rotated once (10 times)', async () => {
    for (let round = 0; round < 10; round += 1) {
      const own = await registered(identity.issuer);
      const update = (n: number) =>
        fetch(own.registration_client_uri, {
          method: 'PUT',
          headers: { authorization: `Bearer ${own.registration_access_token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ client_id: own.client_id, redirect_uris: own['redirect_uris'], client_name: `Name ${n}`, token_endpoint_auth_method: 'none' }),
        });
      const answers = await ten(async (n) => {
        const response = await update(n);
        return { status: response.status, body: (await response.json()) as Registered & { error?: string } };
      });
      const winners = answers.filter(({ status }) => status === 200);
      expect([round, winners.length, ...answers.filter(({ status }) => status !== 200).map(({ status }) => status)]).toEqual([round, 1, ...Array.from({ length: 9 }, () => 401)]);
      const read = await fetch(own.registration_client_uri, { headers: { authorization: `Bearer ${winners[0]!.body.registration_access_token}` } });
      expect([read.status, ((await read.json()) as Registered)['client_name']]).toEqual([200, winners[0]!.body['client_name']]);
    }
  }, 60_000);
});
