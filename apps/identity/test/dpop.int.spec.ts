import { verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import { authorize, loopback, pkce, post, redeem, registered, type Authorized } from './support/client.ts';
import { FormBrowser } from './support/browser.ts';
import { demo, startTestIdentity, type TestIdentity } from './support/identity.ts';
import { keyHolder, type KeyHolder } from './support/proofs.ts';

describe('tokens bound to a key', () => {
  let identity: TestIdentity;
  let clientId: string;
  let holder: KeyHolder;
  let browser: FormBrowser;
  beforeAll(async () => {
    identity = await startTestIdentity();
    clientId = (await registered(identity.issuer)).client_id;
    holder = await keyHolder(identity.issuer);
    browser = new FormBrowser(identity.issuer);
  }, 60_000);
  afterAll(() => identity.stop());

  const token = (form: Record<string, string>, proof?: string) =>
    post(identity.issuer, '/oauth/token', { client_id: clientId, ...form }, proof === undefined ? {} : { dpop: proof });
  const redeemWith = ({ code, verifier, redirectUri }: Authorized, proof?: string) =>
    token({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri }, proof);
  const refreshWith = (refreshToken: string, proof?: string) => token({ grant_type: 'refresh_token', refresh_token: refreshToken }, proof);
  const code = (params: Record<string, string> = {}) => authorize(identity.issuer, clientId, { browser, params });
  const connect = async () => (await redeemWith(await code(), await holder.proof())).body as { access_token: string; refresh_token: string };

  verifies('I13', 'whoever proves a key gets tokens that are bound to it, and whoever proves none a bearer token', async () => {
    const bound = await redeemWith(await code(), await holder.proof());
    expect([bound.status, bound.body.token_type]).toEqual([200, 'DPoP']);
    expect(decodeJwt(bound.body.access_token!)).toMatchObject({ aud: demo, cnf: { jkt: holder.thumbprint }, org: 'acme' });
    const plain = await redeem(identity.issuer, clientId, await code());
    expect([plain.body.token_type, decodeJwt(plain.body.access_token!)['cnf']]).toEqual(['Bearer', undefined]);
  });

  verifies('I13', 'the refresh token of a public client needs the same key, and a wrong try uses nothing up', async () => {
    const { refresh_token: first } = await connect();
    const thief = await keyHolder(identity.issuer);
    for (const proof of [undefined, await thief.proof()]) expect(await refreshWith(first, proof)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const next = await refreshWith(first, await holder.proof());
    expect([next.status, next.body.token_type, decodeJwt(next.body.access_token!)['cnf']]).toEqual([200, 'DPoP', { jkt: holder.thumbprint }]);
  });

  verifies('AS-53', 'a lost answer is given again to the same key with a new proof, and to nobody else', async () => {
    const { refresh_token: first } = await connect();
    const proof = await holder.proof();
    const answer = await refreshWith(first, proof);
    expect((await refreshWith(first, await holder.proof())).body.access_token).toBe(answer.body.access_token);
    const thief = await keyHolder(identity.issuer);
    for (const other of [proof, undefined, await thief.proof()]) expect((await refreshWith(first, other)).body.error).toMatch(/^invalid_(grant|dpop_proof)$/);
    // None of it ended the grant: it takes the key to be believed.
    expect((await refreshWith(answer.body.refresh_token!, await holder.proof())).status).toBe(200);
  });

  verifies('I13', 'a proof is judged by every rule of RFC 9449 section 4.3', async () => {
    const { refresh_token: refreshToken } = await connect();
    const now = Math.floor(Date.now() / 1000);
    const proofs = [
      'nonsense', `${await holder.proof()}, ${await holder.proof()}`,
      await holder.proof({ htm: 'GET' }), await holder.proof({ htu: `${identity.issuer}/oauth/revoke` }), await holder.proof({ htu: demo }),
      await holder.proof({ iat: now - 400 }), await holder.proof({ iat: now + 400 }),
      ...(await Promise.all(['jti', 'htm', 'htu', 'iat'].map((name) => holder.proof({ [name]: undefined })))),
      await holder.proof({}, { typ: 'JWT' }), await holder.proof({}, { jwk: undefined }), await holder.proof({}, { jwk: holder.privateJwk }),
      await (await keyHolder(identity.issuer, 'RS256')).proof(),
    ];
    for (const proof of proofs) expect([proof, (await refreshWith(refreshToken, proof)).body.error]).toEqual([proof, 'invalid_dpop_proof']);
    expect((await refreshWith(refreshToken, await holder.proof())).status).toBe(200);
  });

  verifies(['I13', 'AS-55'], 'of ten requests with one proof exactly one is served (10 times)', async () => {
    const form = { client_id: clientId, response_type: 'code', redirect_uri: loopback, code_challenge: pkce().challenge, code_challenge_method: 'S256', resource: demo };
    for (let round = 0; round < 10; round += 1) {
      const proof = await holder.proof({ htu: `${identity.issuer}/oauth/par` });
      const answers = await Promise.all(Array.from({ length: 10 }, () => post(identity.issuer, '/oauth/par', form, { dpop: proof })));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 400)]);
    }
  }, 60_000);

  verifies('I13', 'a code that was asked for with dpop_jkt is redeemed with that key only', async () => {
    const thief = await keyHolder(identity.issuer);
    expect((await redeemWith(await code({ dpop_jkt: holder.thumbprint }), await thief.proof())).body.error).toBe('invalid_grant');
    expect((await redeemWith(await code({ dpop_jkt: holder.thumbprint }))).body.error).toBe('invalid_grant');
    expect((await redeemWith(await code({ dpop_jkt: holder.thumbprint }), await holder.proof())).status).toBe(200);
  });

  verifies('I13', 'a client that registers for bound tokens only gets no others', async () => {
    const client = await registered(identity.issuer, { dpop_bound_access_tokens: true });
    expect(client['dpop_bound_access_tokens']).toBe(true);
    const own = (form: Record<string, string>, headers = {}) => post(identity.issuer, '/oauth/token', { client_id: client.client_id, ...form }, headers);
    const redeemOwn = async (headers: Record<string, string>) => {
      const { code: value, verifier } = await authorize(identity.issuer, client.client_id, { browser });
      return own({ grant_type: 'authorization_code', code: value, code_verifier: verifier, redirect_uri: loopback }, headers);
    };
    expect((await redeemOwn({})).body.error).toBe('invalid_grant');
    expect((await redeemOwn({ dpop: await holder.proof() })).body.token_type).toBe('DPoP');
  });

  verifies('I13', 'oauth4webapi, with a key of its own, takes the answers for what they say they are', async () => {
    const issuer = new URL(identity.issuer);
    const plain = { [oauth.allowInsecureRequests]: true };
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...plain }));
    const client: oauth.Client = { client_id: clientId };
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
    const { answer, verifier, redirectUri } = await code();
    const parameters = oauth.validateAuthResponse(server, client, answer, 's1');
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), parameters, redirectUri, verifier, { DPoP, ...plain }));
    expect(tokens.token_type).toBe('dpop');
    const next = await oauth.processRefreshTokenResponse(server, client, await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token!, { DPoP, ...plain }));
    expect([next.token_type, decodeJwt(next.access_token)['cnf']]).toEqual(['dpop', { jkt: await DPoP.calculateThumbprint() }]);
  });
});
