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
