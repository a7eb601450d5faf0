/** A SHA-256 as eight 32-bit words, most significant byte first: what rows hold and lookups compare. */
export const hashWords = 8;
const hash43Length = 43;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Value of every UTF-16 code unit in base64url; -1 for what is no digit of it. One table over all of them needs no range check. */
const values = new Int8Array(65536).fill(-1);
for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value;

/** 24 bits from four digits; negative when one of them is none, because -1 keeps its sign through every shift and OR. */
function quad(text: string, at: number): number {
  return (
    (values[text.charCodeAt(at)] << 18) |
    (values[text.charCodeAt(at + 1)] << 12) |
    (values[text.charCodeAt(at + 2)] << 6) |
    values[text.charCodeAt(at + 3)]
  );
}

/**
 * Reads base64url (RFC 4648 section 5, 43 characters, no padding) into `words`. Hot path: no allocation.
 * @returns false for anything that is not the one spelling of 32 bytes; `words` then holds nothing of use
 */
export function readHash43(text: string, words: Uint32Array): boolean {
  if (text.length !== hash43Length) return false;
  let invalid = 0;
  let at = 0;
  let word = 0;
  for (; at < 32; at += 16, word += 3) {
    const a = quad(text, at);
    const b = quad(text, at + 4);
    const c = quad(text, at + 8);
    const d = quad(text, at + 12);
    invalid |= a | b | c | d;
    words[word] = (a << 8) | (b >>> 16);
    words[word + 1] = (b << 16) | (c >>> 8);
    words[word + 2] = (c << 24) | d;
  }
  const a = quad(text, 32);
  const b = quad(text, 36);
  const tail = (values[text.charCodeAt(40)] << 12) | (values[text.charCodeAt(41)] << 6) | values[text.charCodeAt(42)];
  words[6] = (a << 8) | (b >>> 16);
  words[7] = (b << 16) | (tail >>> 2);
  // The last digit carries four bits only: with another in it, two texts would name the same 32 bytes.
  return (invalid | a | b | tail) >= 0 && (tail & 3) === 0;
}

/** Reads 32 bytes into `words`. Hot path: no allocation. @returns false when there are not 32 */
export function readHashBytes(bytes: Uint8Array, words: Uint32Array): boolean {
  if (bytes.length !== hashWords * 4) return false;
  for (let word = 0, at = 0; word < hashWords; word += 1, at += 4) {
    words[word] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  return true;
}

export function writeHash43(words: Uint32Array, from: number): string {
  const bytes = Buffer.allocUnsafe(hashWords * 4);
  for (let word = 0; word < hashWords; word += 1) bytes.writeUInt32BE(words[from + word], word * 4);
  return bytes.toString('base64url');
}
