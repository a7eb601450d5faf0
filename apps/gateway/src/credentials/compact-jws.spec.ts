import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createLogger } from '@latchkey/telemetry';
import { verifies } from '@latchkey/testing';
import { CompactJws } from './compact-jws.ts';
import { SigningKeys } from './signing-keys.ts';

const part = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const es = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rs = generateKeyPairSync('rsa', { modulusLength: 2048 });

const signed = (header: unknown, payload: unknown, key: KeyObject = es.privateKey, dsaEncoding: 'der' | 'ieee-p1363' = 'ieee-p1363'): string => {
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding }).toString('base64url')}`;
};
const find = (jwk: object) =>
  new SigningKeys({ jwks: () => ({ keys: [{ ...jwk, kid: 'k' }] }) }, () => Promise.resolve([]), createLogger('test', 'silent')).find('k');

describe('CompactJws', () => {
  verifies('GW-22', 'is verified by the algorithm of the key', () => {
    const jws = CompactJws.read(signed({ alg: 'ES256' }, { sub: 'u' }));
    expect(jws?.isSignedBy({ key: es.publicKey, alg: 'ES256' })).toBe(true);
    expect(jws?.payload()).toEqual({ sub: 'u' });
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(jws?.isSignedBy({ key: other.publicKey, alg: 'ES256' })).toBe(false);
    expect(jws?.isSignedBy({ key: rs.publicKey, alg: 'RS256' })).toBe(false);
    expect(CompactJws.read(signed({}, {}, rs.privateKey))?.isSignedBy({ key: rs.publicKey, alg: 'RS256' })).toBe(true);
  });

  it('is not verified by a signature in another form, shorter, longer or empty in its numbers', () => {
    const key = { key: es.publicKey, alg: 'ES256' } as const;
    expect(CompactJws.read(signed({}, {}, es.privateKey, 'der'))?.isSignedBy(key)).toBe(false);
    const good = signed({}, {});
    const [header, payload, signature] = good.split('.');
    const bytes = Buffer.from(signature!, 'base64url');
    for (const wrong of [bytes.subarray(1), Buffer.concat([bytes, Buffer.alloc(1)]), Buffer.alloc(64), Buffer.alloc(64, 255)]) {
      expect(CompactJws.read(`${header}.${payload}.${wrong.toString('base64url')}`)?.isSignedBy(key)).toBe(false);
    }
    expect(CompactJws.read(good)?.isSignedBy(key)).toBe(true);
  });

  it.each([
    ['a header that is no object', `${part([])}.${part({})}.AA`],
    ['a header that is no JSON', `${part('{')}.${part({})}.AA`],
    ['an extension that has to be understood', signed({ alg: 'ES256', crit: ['b64'], b64: false }, {})],
    ['no signature', `${part({})}.${part({})}.`],
    ['a fourth part', `${signed({}, {})}.AA`],
    ['another alphabet', signed({}, {}).replace(/.$/, '+')],
  ])('is none with %s', (_name, token) => {
    expect(CompactJws.read(token)).toBeUndefined();
  });

  it.each([['[]'], ['null'], ['"text"'], ['{']])('has no payload when that is %s', (payload) => {
    expect(CompactJws.read(signed({}, payload))?.payload()).toBeUndefined();
  });
});

describe('SigningKeys', () => {
  verifies('GW-22', 'takes no key that is not what its algorithm asks for', async () => {
    const jwk = (key: KeyObject): object => key.export({ format: 'jwk' });
    expect(await find({ ...jwk(es.publicKey), alg: 'ES256' })).toMatchObject({ alg: 'ES256' });
    expect(await find(jwk(rs.publicKey))).toMatchObject({ alg: 'RS256' });
    expect(await find({ ...jwk(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey), alg: 'ES256' })).toBeNull();
    expect(await find({ ...jwk(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey), alg: 'RS256' })).toBeNull();
    expect(await find({ ...jwk(rs.publicKey), alg: 'ES256' })).toBeNull();
    expect(await find({ ...jwk(rs.publicKey), alg: 'PS256' })).toBeNull();
    expect(await find({ ...jwk(es.publicKey), use: 'enc' })).toBeNull();
    expect(await find({ kty: 'oct', k: 'AAAA', alg: 'ES256' })).toBeNull();
  });
});
