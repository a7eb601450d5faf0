import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { AssertionVerifier } from './assertion-verifier.ts';

describe('AssertionVerifier', () => {
  let server: Server;
  let privateKey: CryptoKey;
  let verifier: AssertionVerifier;
  const issuer = 'https://gate.example';
  const audience = 'https://keys.internal';

  const sign = (over: { claims?: Record<string, unknown>; typ?: string; aud?: string; exp?: string; key?: CryptoKey } = {}) =>
    new SignJWT({ scope: 'keys:read', credential: { kind: 'pat', id: 'Ab12Cd34' }, ...over.claims })
      .setProtectedHeader({ alg: 'ES256', typ: over.typ ?? 'latchkey-identity+jwt', kid: 'g1' })
      .setIssuer(issuer)
      .setSubject('user-1')
      .setAudience(over.aud ?? audience)
      .setIssuedAt()
      .setExpirationTime(over.exp ?? '60s')
      .sign(over.key ?? privateKey);

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    privateKey = pair.privateKey;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'g1', alg: 'ES256', use: 'sig' };
    server = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] }))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    verifier = new AssertionVerifier({ issuer, audience, jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  });
  afterAll(() => server.close());

  it('believes what the gateway signed for us', async () => {
    await expect(verifier.verify(await sign())).resolves.toMatchObject({ sub: 'user-1', scope: 'keys:read' });
  });

  it.each([
    ['meant for another service', { aud: 'https://other.internal' }],
    ['of another type, such as an access token', { typ: 'at+jwt' }],
    ['that has expired', { exp: '-2m' }],
    ['without the credential it stands for', { claims: { credential: undefined } }],
  ])('refuses one %s', async (_name, over) => {
    await expect(verifier.verify(await sign(over))).rejects.toMatchObject({ code: 'token_malformed' });
  });

  it('believes one again without another look at its signature, until it ends, and nothing that is like it', async () => {
    let nowMs = Date.now();
    const remembering = new AssertionVerifier({ issuer, audience, jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, nowMs: () => nowMs });
    const assertion = await sign({ exp: '50s' });
    const first = await remembering.verify(assertion);
    const { verify } = crypto.subtle;
    let looks = 0;
    crypto.subtle.verify = (...args) => { looks += 1; return Reflect.apply(verify, crypto.subtle, args); };
    try {
      expect(await remembering.verify(assertion)).toBe(first);
      expect(looks).toBe(0);
      const [head, body, signature] = assertion.split('.');
      const flipped = `${head}.${body}.${signature!.startsWith('A') ? 'B' : 'A'}${signature!.slice(1)}`;
      await expect(remembering.verify(flipped)).rejects.toMatchObject({ code: 'token_malformed' });
      nowMs += 60_000;
      expect(await remembering.verify(assertion)).toEqual(first);
      expect(looks).toBe(2);
    } finally {
      crypto.subtle.verify = verify;
    }
  });

  it('refuses one signed with a key of somebody else', async () => {
    const { privateKey: foreign } = await generateKeyPair('ES256');
    await expect(verifier.verify(await sign({ key: foreign }))).rejects.toMatchObject({ code: 'token_malformed' });
  });

  it('says 503, not 401, when the gateway keys cannot be fetched: that is not the caller at fault', async () => {
    const blind = new AssertionVerifier({ issuer, audience, jwksUrl: 'http://127.0.0.1:1/' });
    await expect(blind.verify(await sign())).rejects.toMatchObject({ code: 'state_stale', status: 503, headers: { 'retry-after': '1' } });
  });

  it('asks for one when there is none', async () => {
    await expect(verifier.verify(undefined)).rejects.toMatchObject({ code: 'token_missing' });
  });
});
