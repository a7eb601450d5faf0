import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { derSignature } from './der-signature.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const isSigned = (data: Buffer, signature: Buffer): boolean => verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
const number = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc.tuple(fc.nat(32), fc.constantFrom(0x01, 0x7f, 0x80, 0xff)).map(([zeros, byte]) => Uint8Array.from({ length: 32 }, (_, at) => (at < zeros ? 0 : byte))),
);

describe('a signature in DER', () => {
  it('is good for the same data as it was in two numbers, and for no other', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(63), fc.nat(7), (content, byte, bit) => {
        const data = Buffer.from(content);
        const signature = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
        expect(verify('sha256', data, publicKey, derSignature(signature))).toBe(true);
        signature[byte] ^= 1 << bit;
        expect(verify('sha256', data, publicKey, derSignature(signature))).toBe(isSigned(data, signature));
      }),
      { numRuns: 500 },
    );
  });

  it('of any two numbers is refused as they are, and never an error', () => {
    const data = Buffer.from('x');
    fc.assert(
      fc.property(number, number, (r, s) => {
        const signature = Buffer.concat([r, s]);
        expect(verify('sha256', data, publicKey, derSignature(signature))).toBe(isSigned(data, signature));
      }),
      { numRuns: 500 },
    );
  });

  it('has its numbers as short as they may be', () => {
    const numbers = (r: number, s: number): Buffer => Buffer.concat([Buffer.alloc(31), Buffer.of(r), Buffer.of(s), Buffer.alloc(31)]);
    expect(derSignature(numbers(0x7f, 0x80)).toString('hex')).toBe(`302602017f022100${'80'.padEnd(64, '0')}`);
    expect(derSignature(numbers(0, 1)).toString('hex')).toBe(`30250201000220${'01'.padEnd(64, '0')}`);
  });
});
