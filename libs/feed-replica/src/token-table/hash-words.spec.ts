import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { readHash43, readHashBytes, writeHash43 } from './hash-words.ts';
import { packPublicId, publicIdLimit, unpackPublicId } from './public-id.ts';

const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 });
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('a hash as words', () => {
  it('is the same from bytes and from text, and gives the text back', () => {
    fc.assert(
      fc.property(hashes, (bytes) => {
        const fromBytes = new Uint32Array(8);
        const fromText = new Uint32Array(8);
        const text = Buffer.from(bytes).toString('base64url');
        expect(readHashBytes(bytes, fromBytes)).toBe(true);
        expect(readHash43(text, fromText)).toBe(true);
        expect(fromText).toEqual(fromBytes);
        expect(fromBytes[0]).toBe(Buffer.from(bytes).readUInt32BE(0));
        expect(writeHash43(fromText, 0)).toBe(text);
      }),
    );
  });

  it('has one spelling: another last digit for the same bytes is refused', () => {
    const text = randomBytes(32).toString('base64url');
    const last = alphabet.indexOf(text[42]!);
    for (const more of [1, 2, 3]) expect(readHash43(text.slice(0, 42) + alphabet[last + more], new Uint32Array(8))).toBe(false);
  });

  it('is refused with one wrong character anywhere, and with any other length', () => {
    fc.assert(
      fc.property(hashes, fc.nat(42), fc.constantFrom('+', '/', '=', ' ', '.', '\u0000', 'é', 'Ａ', '\ud83d'), (bytes, at, wrong) => {
        const text = Buffer.from(bytes).toString('base64url');
        expect(readHash43(text.slice(0, at) + wrong + text.slice(at + 1), new Uint32Array(8))).toBe(false);
        expect(readHash43(text.slice(0, at), new Uint32Array(8))).toBe(false);
        expect(readHash43(text + text[0], new Uint32Array(8))).toBe(false);
        expect(readHashBytes(bytes.subarray(0, at % 32), new Uint32Array(8))).toBe(false);
      }),
    );
  });
});

describe('a packed public id', () => {
  it('comes back as it went in', () => {
    fc.assert(fc.property(fc.stringMatching(/^[0-9A-Za-z]{8}$/), (id) => expect(unpackPublicId(packPublicId(id))).toBe(id)));
    expect(packPublicId('00000000')).toBe(0);
    expect(packPublicId('zzzzzzzz')).toBe(publicIdLimit - 1);
    expect(publicIdLimit).toBeLessThan(2 ** 48);
  });

  it.each(['', '1234567', '123456789', '1234567-', 'é2345678', '１2345678'])('is refused for "%s"', (id) => expect(packPublicId(id)).toBe(-1));
});
