import { randomFillSync } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Value of each ASCII character in base62; -1 for what is no digit of it. */
const values = new Int8Array(128).fill(-1);
for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value;

/** Of the system's random source, which is asked for many bytes at once: to ask takes longer than all else about a token. */
const random = Buffer.alloc(4096);
let used = random.length;

/** A byte that nobody was given before; it is forgotten here. */
function randomByte(): number {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  const byte = random[used] ?? 0;
  random[used] = 0;
  used += 1;
  return byte;
}

/** Base62 characters, each with the same probability. */
export function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    // Six bits give 64 values: the two too many are thrown away, because folding them back would favour two characters.
    const value = randomByte() & 63;
    if (value < 62) text += alphabet[value];
  }
  return text;
}

/** A non-negative integer in base62, most significant digit first, filled up with zeros. */
export function encodeBase62(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 62)) text = `${alphabet[rest % 62]}${text}`;
  return text;
}

/** Whether `text` holds nothing but base62 from `start` up to `end`. Hot path: no allocation. */
export function isBase62(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 127 || values[code] === -1) return false;
  }
  return true;
}

/** The integer that base62 digits stand for; the caller has checked that they are digits. Six of them stay exact in a double. */
export function decodeBase62(text: string, start: number, end: number): number {
  let value = 0;
  for (let index = start; index < end; index += 1) value = value * 62 + (values[text.charCodeAt(index)] ?? 0);
  return value;
}
