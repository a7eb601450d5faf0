import { eventually, startRedis, verifies } from '@latchkey/testing';
import { base64url, generateSecret, SignJWT, type JWK } from 'jose';
import { keyHolder, withProof } from './support/proofs.ts';
import { send } from './support/send.ts';
import { bearer, call, startWorld, type World } from './support/world.ts';

const metadata = 'resource_metadata="http://gateway.test/.well-known/oauth-protected-resource/mcp/demo", scope="mcp:read mcp:execute"';
const challenge = `DPoP error="invalid_dpop_proof", error_description="The token is bound to a key that this request does not prove", ${metadata}, algs="ES256 Ed25519 EdDSA"`;
const nowSeconds = () => Math.floor(Date.now() / 1000);

describe('tokens that are bound to a key', () => {
  let world: World;
  let holder: Awaited<ReturnType<typeof keyHolder>>;
  let token: string;
  beforeAll(async () => {
    world = await startWorld();
    holder = await keyHolder();
    token = await world.jwt({ cnf: { jkt: holder.thumbprint } });
  });
  afterAll(() => world.close());
  afterEach(() => { world.upstream.received.splice(0); });

  const refused = { status: 401, code: 'proof_invalid', error: 'invalid_dpop_proof', challenge };
  const answer = async (headers: Record<string, string | string[]>) => {
    const { status, json, headers: answered } = await world.post(call(), headers);
    return { status, code: json.code as string, error: json.error as string, challenge: answered['www-authenticate'] };
  };

  verifies('GW-26', 'are accepted with a proof of that key, of each kind of key, and the proof goes no further', async () => {
    for (const alg of ['ES256', 'Ed25519', 'EdDSA']) {
      const other = await keyHolder(alg);
      const bound = await world.jwt({ cnf: { jkt: other.thumbprint } });
      const { status, json } = await world.post(call(), withProof(bound, await other.proof(bound)));
      expect([alg, status, json.result?.content[0].text]).toEqual([alg, 200, 'called add']);
    }
    for (const { headers } of world.upstream.received) expect([headers['dpop'], headers['authorization']]).toEqual([undefined, undefined]);
    expect(world.upstream.received).toHaveLength(3);
  });

  verifies('GW-26', 'are never accepted as Bearer, with a proof or without; the answer names the scheme', async () => {
    expect(await answer(bearer(token))).toEqual(refused);
    expect(await answer({ ...bearer(token), dpop: await holder.proof(token) })).toEqual(refused);
    expect(world.upstream.received).toHaveLength(0);
  });

  verifies('GW-26', 'are refused without a proof, and with more than one header (RFC 9449 section 4.3, 1)', async () => {
    expect(await answer({ authorization: `DPoP ${token}` })).toEqual(refused);
    expect(await answer({ authorization: `DPoP ${token}`, dpop: [await holder.proof(token), await holder.proof(token)] })).toEqual(refused);
  });

  verifies('GW-26', 'are refused with what is no JWT, of another type, or signed in a way that proves nothing (4.3, 2, 4, 5, 6)', async () => {
    const good = await holder.proof(token);
    const [head, payload, signature] = good.split('.') as [string, string, string];
    const secret = await generateSecret('HS256', { extractable: true });
    const symmetric = await new SignJWT(JSON.parse(Buffer.from(payload, 'base64url').toString())).setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk: { kty: 'oct', k: 'AAAA' } as JWK }).sign(secret);
    const none = `${base64url.encode(JSON.stringify({ alg: 'none', typ: 'dpop+jwt', jwk: holder.jwk }))}.${payload}.AA`;
    const proofs = [
      'nonsense', '', `${head}.${payload}`, `${head}.${payload}.${signature.slice(2)}AA`, `${head}.e30.${signature}`, symmetric, none,
      await holder.proof(token, {}, { typ: 'JWT' }), await holder.proof(token, {}, { typ: 'at+jwt' }), await holder.proof(token, {}, { jwk: undefined }),
    ];
    for (const proof of proofs) expect([proof, await answer(withProof(token, proof))]).toEqual([proof, refused]);
    expect(world.upstream.received).toHaveLength(0);
  });

  verifies('GW-26', 'are refused when a claim is missing (4.3, 3), or the private key is in the proof (4.3, 7)', async () => {
    for (const name of ['jti', 'htm', 'htu', 'iat', 'ath']) expect([name, await answer(withProof(token, await holder.proof(token, { [name]: undefined })))]).toEqual([name, refused]);
    expect(await answer(withProof(token, await holder.proof(token, { jti: '' })))).toEqual(refused);
    expect(await answer(withProof(token, await holder.proof(token, {}, { jwk: holder.privateJwk })))).toEqual(refused);
  });

  verifies('GW-26', 'are refused with a proof for another method or URL (4.3, 8 and 9)', async () => {
    for (const htm of ['GET', 'post', '']) expect(await answer(withProof(token, await holder.proof(token, { htm })))).toEqual(refused);
    const urls = [`${world.url}/mcp/demo`, 'https://gateway.test/mcp/demo', 'http://gateway.test/mcp/other', 'http://gateway.test/mcp/demo/', 'http://gateway.test/mcp/DEMO', 'demo', ''];
    for (const htu of urls) expect([htu, await answer(withProof(token, await holder.proof(token, { htu })))]).toEqual([htu, refused]);
  });

  verifies('GW-26', 'compare the URL without query and fragment, in one spelling, and by configuration and not by Host', async () => {
    for (const htu of ['http://gateway.test/mcp/demo?x=1#y', 'HTTP://GATEWAY.test:80/mcp/demo', 'http://gateway.test/mcp/./demo']) {
      const { status } = await world.post(call(), withProof(token, await holder.proof(token, { htu })), '/mcp/demo?y=2');
      expect([htu, status]).toEqual([htu, 200]);
    }
    const spoofed = { ...withProof(token, await holder.proof(token, { htu: 'http://localhost/mcp/demo' })), host: 'localhost', 'x-forwarded-host': 'localhost' };
    expect(await answer(spoofed)).toEqual(refused);
  });

  verifies('GW-26', 'are refused with a proof that is older than five minutes, or as far in the future (4.3, 11)', async () => {
    for (const off of [-310, 310, -86_400]) expect(await answer(withProof(token, await holder.proof(token, { iat: nowSeconds() + off })))).toEqual(refused);
    for (const off of [-290, 290]) expect((await world.post(call(), withProof(token, await holder.proof(token, { iat: nowSeconds() + off })))).status).toBe(200);
  });

  verifies('GW-26', 'are refused with a proof for another token, or of another key (4.3, 12)', async () => {
    const thief = await keyHolder();
    const others = await world.jwt({ cnf: { jkt: thief.thumbprint } });
    expect(await answer(withProof(token, await holder.proof(others)))).toEqual(refused);
    expect(await answer(withProof(token, await thief.proof(token)))).toEqual(refused);
    expect(await answer(withProof(token, await thief.proof(token, {}, { jwk: holder.jwk })))).toEqual(refused);
    expect(world.upstream.received).toHaveLength(0);
  });

  verifies('GW-26', 'take each proof once: of ten at the same moment one gets through (10 times)', async () => {
    for (let round = 0; round < 10; round += 1) {
      const headers = withProof(token, await holder.proof(token));
      const answers = await Promise.all(Array.from({ length: 10 }, () => world.post(call(), headers)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 401)]);
      expect(answers.filter(({ json }) => json.code === 'proof_invalid')).toHaveLength(9);
    }
  });

  verifies('GW-26', 'a token or key that is bound to nothing is not taken with the DPoP scheme', async () => {
    const plain = await world.jwt();
    const { token: pat } = await world.pat();
    for (const credential of [plain, pat]) {
      const got = await answer(withProof(credential, await holder.proof(credential)));
      expect([got.status, got.code, got.challenge?.startsWith('DPoP error="invalid_token"')]).toEqual([401, 'token_malformed', true]);
    }
  });

  verifies('GW-26', 'a proof helps nobody past revocation, scope and audience, and those answers speak DPoP too', async () => {
    const dead = await world.jwt({ cnf: { jkt: holder.thumbprint }, exp: nowSeconds() - 60 });
    const weak = await world.jwt({ cnf: { jkt: holder.thumbprint }, scope: 'mcp:read' });
    expect(await answer(withProof(dead, await holder.proof(dead)))).toMatchObject({ status: 401, code: 'token_expired', challenge: `DPoP error="invalid_token", error_description="The access token is not valid here", ${metadata}, algs="ES256 Ed25519 EdDSA"` });
    const { status, headers } = await world.post(call(), withProof(weak, await holder.proof(weak)));
    expect([status, headers['www-authenticate']?.startsWith('DPoP error="insufficient_scope"')]).toEqual([403, true]);
  });

  verifies('GW-26', 'management requests are proven by the URL that was called', async () => {
    const management = await world.jwt({ cnf: { jkt: holder.thumbprint }, aud: 'http://gateway.test/v1', scope: 'keys:read' });
    const ask = async (htu: string) => {
      const headers = withProof(management, await holder.proof(management, { htm: 'GET', htu }));
      return (await send(`${world.url}/v1/pats?limit=5`, { method: 'GET', headers })).status;
    };
    expect([await ask('http://gateway.test/v1/pats'), await ask('http://gateway.test/v1'), await ask('http://gateway.test/v1/servers')]).toEqual([202, 401, 401]);
  });

  verifies('GW-26', 'neither token nor proof gets into the log', async () => {
    const proof = await holder.proof(token, { htm: 'PUT' });
    await answer(withProof(token, proof));
    expect(world.log()).not.toContain(token);
    expect(world.log()).not.toContain(proof);
  });
});

describe('two gateways and one Redis', () => {
  verifies('GW-26', 'take a proof once between them, and none while Redis is gone', async () => {
    const redis = await startRedis();
    const world = await startWorld({ env: { REDIS_URL: redis.url } });
    const other = await startWorld({ env: { REDIS_URL: redis.url } });
    try {
      const holder = await keyHolder();
      // Each world signs with a key of its own: the same proof is offered for two tokens that have the same bytes in neither.
      const tokens = await Promise.all([world, other].map((each) => each.jwt({ cnf: { jkt: holder.thumbprint } })));
      const ask = async (each: World, token: string, jti: string) => (await each.post(call(), withProof(token, await holder.proof(token, { jti })))).status;
      await eventually(async () => {
        for (const [at, each] of [world, other].entries()) expect(await ask(each, tokens[at]!, `warm-${Math.random()}`)).toBe(200);
      });
      expect([await ask(world, tokens[0]!, 'one'), await ask(other, tokens[1]!, 'one'), await ask(world, tokens[0]!, 'one')]).toEqual([200, 401, 401]);
      await redis.kill();
      await eventually(async () => expect(await ask(world, tokens[0]!, `new-${Math.random()}`)).toBe(503));
      expect((await world.post(call(), bearer(await world.jwt()))).status).toBe(200);
    } finally {
      await world.close();
      await other.close();
      await redis.stop();
    }
  }, 30_000);
});
