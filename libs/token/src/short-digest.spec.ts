import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { shortDigest, shortLength } from './short-digest.ts';

const byLibrary = (text: string): string => createHash('sha256').update(text, 'latin1').digest('base64url');

describe('shortDigest', () => {
  it('is SHA-256, at every length', () => {
    expect(shortDigest('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
    for (let length = 0; length <= shortLength; length += 1) {
      const text = 'z'.repeat(length);
      expect(shortDigest(text)).toBe(byLibrary(text));
    }
  });

  it('of any text of ASCII, one after the other', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary-ascii', maxLength: shortLength }), (text) => shortDigest(text) === byLibrary(text)), { numRuns: 2000 });
  });
});
