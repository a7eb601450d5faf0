import { FakeWallClock } from '@latchkey/clock/testing';
import { createLogger } from '@latchkey/telemetry';
import { verifies } from '@latchkey/testing';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { AccessTokenReader } from './access-token.ts';
import { SigningKeys } from './signing-keys.ts';

const issuer = 'http://id.test';
const resource = 'http://gw.test/mcp/demo';
const nowSeconds = 1_800_000_000;
const es = await generateKeyPair('ES256', { extractable: true });
const rs = await generateKeyPair('RS256', { extractable: true });
const jwk = async (key: CryptoKey, kid: string, alg: string) => ({ ...(await exportJWK(key)), kid, alg, use: 'sig' });
const published = { keys: [await jwk(es.publicKey, 'es', 'ES256'), await jwk(rs.publicKey, 'rs', 'RS256')] };
const claims = { iss: issuer, sub: 'u', aud: resource, exp: nowSeconds + 60, iat: nowSeconds, jti: 'j', client_id: 'c', scope: 'mcp:read unknown openid', org: 'acme', gid: 'g', sid: 's' };

const sign = (more: object = {}, header: object = {}, key: CryptoKey = es.privateKey) =>
  new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'es', ...header }).sign(key);

function setUp(options: { isFresh?: () => boolean;  keys?: object[]; fetched?: () => Promise<Record<string, unknown>[]>; cacheSize?: number } = {}) {
  const clock = new FakeWallClock(nowSeconds * 1000);
  const source = { jwks: () => ({ keys: (options.keys ?? published.keys) as Record<string, unknown>[] }) };
  const keys = new SigningKeys(source, options.fetched ?? (() => Promise.resolve([])), createLogger('test', 'silent'), () => performance.now(), options.isFresh);
  return { clock, keys, reader: new AccessTokenReader({ issuer, keys, clock, cacheSize: options.cacheSize ?? 10 }) };
}
const codeOf = (result: Promise<unknown>): Promise<string> => result.then(() => 'accepted', (error: { code: string }) => error.code);

describe('AccessTokenReader', () => {
  verifies('GW-22', 'reads a token of the issuer for this resource, ES256 or RS256', async () => {
    const { reader } = setUp();
    expect(await reader.read(await sign(), resource)).toMatchObject({
      kind: 'access_token', id: 'j', issuer, subject: 'u', org: 'acme', clientId: 'c', scopes: ['mcp:read'], grantId: 'g', sessionId: 's', expiresAtSeconds: nowSeconds + 60,
    });
    expect(await codeOf(reader.read(await sign({}, { alg: 'RS256', kid: 'rs' }, rs.privateKey), resource))).toBe('accepted');
  });

  verifies('GW-22', 'refuses every other type of JWT, algorithm, issuer and audience', async () => {
    const { reader } = setUp();
    const refusals: [object, object, string][] = [
      [{}, { typ: 'JWT' }, 'token_malformed'],
      [{}, { typ: 'oauth-id-jag+jwt' }, 'token_malformed'],
      [{}, { typ: 'logout+jwt' }, 'token_malformed'],
      [{}, { typ: undefined }, 'token_malformed'],
      [{}, { kid: undefined }, 'token_malformed'],
      [{}, { kid: 'nobody' }, 'token_unknown'],
      [{}, { kid: 'rs' }, 'token_unknown'],
      [{ iss: `${issuer}/` }, {}, 'token_unknown'],
      [{ aud: `${resource}/` }, {}, 'token_wrong_audience'],
      [{ aud: 'http://gw.test/mcp' }, {}, 'token_wrong_audience'],
      [{ aud: [resource] }, {}, 'token_malformed'],
      [{ aud: [resource, 'http://other.test'] }, {}, 'token_malformed'],
      [{ jti: undefined }, {}, 'token_malformed'],
      [{ client_id: undefined }, {}, 'token_malformed'],
      [{ sub: undefined }, {}, 'token_malformed'],
      [{ iat: undefined }, {}, 'token_malformed'],
      [{ exp: undefined }, {}, 'token_malformed'],
      [{ exp: nowSeconds - 31 }, {}, 'token_expired'],
      [{ nbf: nowSeconds + 31 }, {}, 'token_malformed'],
    ];
    for (const [more, header, code] of refusals) {
      expect([more, header, await codeOf(reader.read(await sign(more, header), resource))]).toEqual([more, header, code]);
    }
    const [head, , signature] = (await sign()).split('.');
    const forged = [head, Buffer.from(JSON.stringify({ ...claims, scope: 'org:admin' })).toString('base64url'), signature].join('.');
    expect(await codeOf(reader.read(forged, resource))).toBe('token_unknown');
    const none = [Buffer.from('{"alg":"none","typ":"at+jwt","kid":"es"}').toString('base64url'), Buffer.from(JSON.stringify(claims)).toString('base64url'), 'AA'].join('.');
    expect(await codeOf(reader.read(none, resource))).toBe('token_malformed');
    expect(await codeOf(reader.read('a.b.c', resource))).toBe('token_malformed');
  });

  verifies('GW-26', 'tells the key that a token is bound to, and refuses a binding that it could not check', async () => {
    const { reader } = setUp();
    expect(await reader.read(await sign({ cnf: { jkt: 'k'.repeat(43) } }), resource)).toMatchObject({ keyThumbprint: 'k'.repeat(43) });
    expect(await reader.read(await sign(), resource)).toMatchObject({ keyThumbprint: null });
    for (const cnf of [{ jkt: 'x' }, {}, null, { 'x5t#S256': 'k'.repeat(43) }, { jkt: 'k'.repeat(43), 'x5t#S256': 'k'.repeat(43) }, 'k'.repeat(43)]) {
      expect(await codeOf(reader.read(await sign({ cnf }), resource))).toBe('token_malformed');
    }
  });

  verifies('AS-83', 'reads what an exchanged token was cut from, and what it is narrowed to', async () => {
    const { reader } = setUp();
    const narrowings = { projects: ['prod'], grants: [{ resource: 'org/acme', actions: ['read'] }], tools: ['demo:add'] };
    expect(await reader.read(await sign({ gid: undefined, sid: undefined, src: { kind: 'pat', id: 'Ab12Cd34', iat: 1000 }, ...narrowings }), resource)).toMatchObject({
      kind: 'access_token', issuedAtSeconds: 1000, sourcePat: 'Ab12Cd34', sourceTokenId: null, grantId: null, ...narrowings,
    });
    expect(await reader.read(await sign({ src: { kind: 'grant', id: 'g', jti: 'j0', client: 'c0', iat: 1000 } }), resource)).toMatchObject({
      issuedAtSeconds: 1000, sourcePat: null, sourceTokenId: 'j0', grantId: 'g', clientId: 'c0', projects: null, grants: null, tools: null,
    });
    // A narrowing that cannot be read must not become none.
    const odd = [{ src: 'pat:Ab12Cd34' }, { src: { kind: 'pat', id: 'Ab12Cd34' } }, { src: { kind: 'other', id: 'x', iat: 1 } }, { tools: 'demo:add' }, { tools: ['add'] }, { tools: null }, { grants: [{ resource: 'x' }] }, { projects: [7] }];
    for (const more of odd) expect([more, await codeOf(reader.read(await sign(more), resource))]).toEqual([more, 'token_malformed']);
  });

  verifies('GW-27', 'a token from the cache is still checked for its end and its audience', async () => {
    const { reader, clock } = setUp();
    const token = await sign();
    expect(await codeOf(reader.read(token, resource))).toBe('accepted');
    expect(await codeOf(reader.read(token, 'http://gw.test/mcp/other'))).toBe('token_wrong_audience');
    clock.advance(89_000);
    expect(await codeOf(reader.read(token, resource))).toBe('accepted');
    clock.advance(1_000);
    expect(await codeOf(reader.read(token, resource))).toBe('token_expired');
  });

  verifies('GW-22', 'a key that was dropped from the feed verifies nothing any more, cached or not', async () => {
    const keys = [...published.keys];
    const { reader, keys: signing } = setUp({ keys });
    const token = await sign();
    expect(await codeOf(reader.read(token, resource))).toBe('accepted');
    keys.splice(0);
    signing.forget();
    reader.forget();
    expect(await codeOf(reader.read(token, resource))).toBe('token_unknown');
  });

  verifies('AS-71', 'an answer of the issuer from before a key was dropped brings the key back for nobody', async () => {
    let answer: (keys: Record<string, unknown>[]) => void = () => undefined;
    const { reader, keys: signing } = setUp({ keys: [], fetched: () => new Promise((resolve) => (answer = resolve)) });
    const reading = codeOf(reader.read(await sign(), resource));
    signing.forget();
    reader.forget();
    answer(published.keys as Record<string, unknown>[]);
    expect(await reading).toBe('token_unknown');
    expect(signing.knows('es')).toBe(false);
  });

  verifies('GW-22', 'an unknown kid asks the issuer once, however many tokens name one', async () => {
    let asked = 0;
    const { reader } = setUp({ keys: [], fetched: () => { asked += 1; return Promise.resolve(published.keys as Record<string, unknown>[]); } });
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, at) => sign({ jti: `j${at}` })));
    expect(await Promise.all(tokens.map((token) => codeOf(reader.read(token, resource))))).toEqual(tokens.map(() => 'accepted'));
    for (let at = 0; at < 20; at += 1) expect(await codeOf(reader.read(await sign({}, { kid: `invented-${at}` }), resource))).toBe('token_unknown');
    expect(asked).toBe(1);
  });

  verifies('GW-24', 'a kid that is unknown is no refusal while neither the feed nor the issuer can tell', async () => {
    const { reader } = setUp({ keys: [], fetched: () => Promise.reject(new Error('away')), isFresh: () => false });
    expect(await codeOf(reader.read(await sign(), resource))).toBe('state_stale');
    const other = setUp({ keys: [], isFresh: () => false });
    expect(await codeOf(other.reader.read(await sign(), resource))).toBe('token_unknown');
  });

  it('refuses, and does not fail, while the issuer cannot be asked', async () => {
    const { reader } = setUp({ keys: [], fetched: () => Promise.reject(new Error('away')) });
    expect(await codeOf(reader.read(await sign(), resource))).toBe('token_unknown');
  });
});
