const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const publicIdLength = 8;

const values = new Int8Array(65536).fill(-1);
for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value;

/** One more than the greatest packed id: 62^8, which is less than 2^48. */
export const publicIdLimit = 62 ** publicIdLength;

/** The number that the eight base62 characters of a public id stand for; -1 when the text is no public id. */
export function packPublicId(id: string): number {
  if (id.length !== publicIdLength) return -1;
  let packed = 0;
  for (let at = 0; at < publicIdLength; at += 1) {
    const value = values[id.charCodeAt(at)];
    if (value < 0) return -1;
    packed = packed * 62 + value;
  }
  return packed;
}

export function unpackPublicId(packed: number): string {
  let id = '';
  for (let rest = packed; id.length < publicIdLength; rest = Math.floor(rest / 62)) id = alphabet[rest % 62] + id;
  return id;
}

/** Every two characters that may stand side by side in an id, as the 16 bits that they are in a text. */
const pairs = Uint16Array.from({ length: 62 ** 2 }, (_, pair) => (alphabet.charCodeAt(pair / 62) << 8) | alphabet.charCodeAt(pair % 62));
const half = 62 ** (publicIdLength / 2);

/** Writes a public id as four pairs of characters. Hot path: no allocation, and only the first division is of more than 32 bits. */
export function writePairs(packed: number, into: Uint16Array): void {
  const high = Math.floor(packed / half);
  const low = packed - high * half;
  into[0] = pairs[(high / 3844) | 0];
  into[1] = pairs[high % 3844];
  into[2] = pairs[(low / 3844) | 0];
  into[3] = pairs[low % 3844];
}
