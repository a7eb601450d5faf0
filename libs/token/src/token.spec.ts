import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Problem } from '@latchkey/problem';
import { verifies } from '@latchkey/testing';
import fc from 'fast-check';
import { hashIfToken, looksLikeToken, mintToken, readToken, scannerPattern, scannerPatternOf, servicePrefix, tokenPrefix, tokenPrefixPattern } from './index.ts';

// Pinned: tokens in the hands of users keep their form for ever.
const known = 'lk_pat_Ab12Cd34_0123456789ABCDEFGHIJKLMNOPQRSTUV4OcKku';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const anyToken = fc.constantFrom(tokenPrefix, servicePrefix).map((prefix) => ({ prefix, token: mintToken(prefix).token }));

function refused(text: string, prefix?: string): void {
  let thrown: unknown;
  try {
    readToken(text, prefix);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(Problem);
  expect((thrown as Problem).code).toBe('token_malformed');
  const secret = text.slice(16);
  // Fewer characters could be found anywhere by chance.
  if (secret.length >= 12) expect(JSON.stringify(thrown) + String(thrown)).not.toContain(secret);
}

describe('a token', () => {
  verifies('K1', 'has the documented form: 54 characters, prefix, public id, secret, checksum', () => {
    const { token, publicId, hash } = mintToken();
    expect(token).toMatch(/^lk_pat_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}$/);
    expect(token).toHaveLength(54);
    expect(token.slice(7, 15)).toBe(publicId);
    expect(hash).toBe(createHash('sha256').update(token).digest('base64url'));
    expect(hash).toHaveLength(43);
  });

  it('pins its reading: one known token, its id and its hash', () => {
    expect(readToken(known)).toEqual({
      publicId: 'Ab12Cd34',
      hash: createHash('sha256').update(known, 'ascii').digest('base64url'),
    });
    expect(crc32(known.slice(0, 48))).toBe([...known.slice(48)].reduce((sum, digit) => sum * 62 + base62.indexOf(digit), 0));
  });

  it('is hashed for a lookup as it is when it is read, and nothing is that is longer or shorter', () => {
    fc.assert(
      fc.property(anyToken, fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }), fc.integer({ min: 0, max: 53 }), ({ prefix, token }, more, cut) => {
        expect(hashIfToken(token, prefix)).toBe(readToken(token, prefix).hash);
        expect([hashIfToken(token + more, prefix), hashIfToken(more + token, prefix), hashIfToken(token.slice(0, cut), prefix)]).toEqual([null, null, null]);
      }),
    );
  });

  it('reads back as it was minted, under any prefix a deployment may choose', () => {
    const prefixes = fc.stringMatching(/^[a-z][a-z0-9]{0,4}(?:_[a-z0-9]{1,4}){0,2}_$/).filter((prefix) => tokenPrefixPattern.test(prefix));
    fc.assert(
      fc.property(prefixes, (prefix) => {
        const minted = mintToken(prefix);
        expect(looksLikeToken(minted.token, prefix)).toBe(true);
        expect(readToken(minted.token, prefix)).toEqual({ publicId: minted.publicId, hash: minted.hash });
      }),
    );
  });

  it('is nothing with a character beyond ASCII, whatever its lower byte is', () => {
    for (let at = tokenPrefix.length; at < known.length; at += 1) {
      for (const above of [0x80, 0x100, 0x2100]) refused(known.slice(0, at) + String.fromCharCode(known.charCodeAt(at) + above) + known.slice(at + 1));
    }
  });

  it('takes its characters from all of base62 without favour', () => {
    const counts = new Map<string, number>();
    const secrets = Array.from({ length: 2000 }, () => mintToken().token.slice(16, 48)).join('');
    for (const character of secrets) counts.set(character, (counts.get(character) ?? 0) + 1);
    expect([...counts.keys()].sort().join('')).toBe(base62);
    // 64,000 draws over 62 characters: 1032 each. Folding 64 values onto 62 would give two characters 2,000; six sigma is 190.
    expect(Math.max(...counts.values())).toBeLessThan(1032 + 190);
    expect(Math.min(...counts.values())).toBeGreaterThan(1032 - 190);
  });

  verifies('K7', 'does not survive one wrong character, wherever it is', () => {
    fc.assert(
      fc.property(anyToken, fc.nat(53), fc.constantFrom(...base62, '_', '-', ' ', 'é', '\u0000', '０'), ({ prefix, token }, at, other) => {
        fc.pre(token[at] !== other);
        refused(token.slice(0, at) + other + token.slice(at + 1), prefix);
      }),
      { numRuns: 2000 },
    );
  });

  verifies('K7', 'does not survive two characters that changed places', () => {
    fc.assert(
      fc.property(anyToken, fc.nat(47), fc.nat(47), ({ prefix, token }, one, two) => {
        fc.pre(token[one] !== token[two]);
        const characters = [...token];
        [characters[one], characters[two]] = [token[two]!, token[one]!];
        refused(characters.join(''), prefix);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused with anything before, behind or missing', () => {
    fc.assert(
      fc.property(anyToken, fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }), fc.integer({ min: 0, max: 53 }), ({ prefix, token }, more, cut) => {
        refused(token + more, prefix);
        refused(more + token, prefix);
        refused(token.slice(0, cut), prefix);
      }),
    );
  });

  it('is refused as whatever else arrives: any text, any unicode, a look-alike of the right length', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => refused(text)));
    fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 47, maxLength: 47 }), (tail) => refused(tokenPrefix + tail)));
    for (const text of ['', tokenPrefix, `${tokenPrefix}${'0'.repeat(47)}`, known.toUpperCase(), known.toLowerCase(), ` ${known}`, `${known}\n`,
      known.replace('lk_', 'lk-'), known.replace('A', '\u0410'), `${known.slice(0, 48)}zzzzzz`]) refused(text);
  });

  it('whose checksum is right but whose form is not, is refused: whoever can compute a CRC cannot choose the form', () => {
    const seal = (unsealed: string): string => {
      let digits = '';
      for (let rest = crc32(unsealed); digits.length < 6; rest = Math.floor(rest / 62)) digits = base62[rest % 62] + digits;
      return unsealed + digits;
    };
    expect(seal(known.slice(0, 48))).toBe(known);
    for (const [at, other] of [[15, 'x'], [8, '_'], [20, '-'], [47, '\u00e9'], [0, 'L'], [30, '\u0000']] as const) {
      refused(seal(known.slice(0, at) + other + known.slice(at + 1, 48)));
    }
  });

  it('of one prefix is none of another', () => {
    refused(mintToken(servicePrefix).token, tokenPrefix);
    refused(mintToken(tokenPrefix).token, servicePrefix);
    expect(looksLikeToken(mintToken(servicePrefix).token)).toBe(false);
  });
});

describe('the pattern for secret scanners', () => {
  verifies('K7', 'is pinned', () => {
    expect(scannerPattern).toBe('\\blk_(?:pat|svc)_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}\\b');
    expect(scannerPatternOf('acme_')).toBe('\\bacme_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}\\b');
  });

  it('finds every token in a text and nothing inside a longer word', () => {
    fc.assert(
      fc.property(anyToken, fc.constantFrom('"', ' ', '=', '\n', '/', ''), ({ prefix, token }, edge) => {
        for (const pattern of [scannerPattern, scannerPatternOf(prefix)]) {
          expect(`x${edge === '' ? ' ' : edge}${token}${edge}`.match(new RegExp(pattern, 'g'))).toEqual([token]);
          expect(`x${token}`).not.toMatch(new RegExp(pattern));
          expect(`${token}x`).not.toMatch(new RegExp(pattern));
        }
      }),
    );
  });
});

describe('a prefix', () => {
  it.each(['lk_pat_', 'lk_svc_', 'acme_', 'a1_b2_'])('may be %s', (prefix) => expect(prefix).toMatch(tokenPrefixPattern));
  it.each(['', 'lk', 'LK_', '_', 'l k_', 'lk__', '.*_', 'ey.', `${'a'.repeat(30)}_`])('may not be "%s"', (prefix) =>
    expect(prefix).not.toMatch(tokenPrefixPattern),
  );
});
