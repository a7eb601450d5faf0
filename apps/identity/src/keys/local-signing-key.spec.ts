import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { exportJWK } from 'jose';
import { LocalSigningKey } from './local-signing-key.ts';

describe('a signing key of this process', () => {
  it('signs as ES256 asks, also where a number begins with zeros or with a set bit', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = new LocalSigningKey({ ...(await exportJWK(privateKey)), kid: 'k', alg: 'ES256' });
    const starts = new Set<string>();
    // One signature of 128 has a number that is shorter than the others.
    for (let turn = 0; turn < 3000; turn += 1) {
      const data = Buffer.from(`message ${turn}`);
      const signature = key.sign(data);
      expect(signature).toHaveLength(64);
      expect(verify('sha256', data, { key: createPublicKey(privateKey), dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
      for (const first of [signature[0], signature[32]]) starts.add(first === 0 ? 'zero' : first > 127 ? 'high' : 'low');
    }
    expect([...starts].sort()).toEqual(['high', 'low', 'zero']);
  });

  it('tells of itself what a key set tells, and nothing that signs', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { d, ...known } = await exportJWK(privateKey);
    const key = new LocalSigningKey({ ...known, d, kid: 'k', alg: 'ES256' });
    expect({ kid: key.kid, alg: key.alg, use: key.use, kty: key.kty, crv: key.crv, x: key.x, y: key.y }).toEqual({ kid: 'k', alg: 'ES256', use: 'sig', ...known });
    expect(key.keyObject().type).toBe('public');
  });
});
