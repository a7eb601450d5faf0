/** First 32 bits of the fractional part of a root, as FIPS 180-4 takes its constants from the primes. */
const fraction = (root: number): number => Math.floor((root % 1) * 2 ** 32) | 0;
const primes: number[] = [];
for (let candidate = 2; primes.length < 64; candidate += 1) if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
/** FIPS 180-4 section 5.3.3 */
const initial = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
/** FIPS 180-4 section 4.2.2 */
const constants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));

/** What fits into one block with its padding. */
export const shortLength = 55;

const schedule = new Int32Array(64);
const state = new Int32Array(8);
const digest = Buffer.alloc(32);

/** FIPS 180-4 section 5.1.1. Four characters at a time, and the last word with the bit that ends the text. */
function pad(text: string): void {
  const { length } = text;
  let [at, word] = [0, 0];
  for (; at + 3 < length; at += 4, word += 1) schedule[word] = (text.charCodeAt(at) << 24) | (text.charCodeAt(at + 1) << 16) | (text.charCodeAt(at + 2) << 8) | text.charCodeAt(at + 3);
  let last = 0x80 << (24 - (length & 3) * 8);
  for (let shift = 24; at < length; at += 1, shift -= 8) last |= text.charCodeAt(at) << shift;
  schedule[word] = last;
  schedule.fill(0, word + 1, 15);
  schedule[15] = length * 8;
}

/** FIPS 180-4 section 6.2.2. */
function compress(): void {
  for (let at = 16; at < 64; at += 1) {
    const early = schedule[at - 15] as number;
    const late = schedule[at - 2] as number;
    const small0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const small1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    schedule[at] = (schedule[at - 16] as number) + small0 + (schedule[at - 7] as number) + small1;
  }
  let a = initial[0] as number;
  let b = initial[1] as number;
  let c = initial[2] as number;
  let d = initial[3] as number;
  let e = initial[4] as number;
  let f = initial[5] as number;
  let g = initial[6] as number;
  let h = initial[7] as number;
  for (let round = 0; round < 64; round += 1) {
    const large1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const first = (h + large1 + (g ^ (e & (f ^ g))) + (constants[round] as number) + (schedule[round] as number)) | 0;
    const large0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const second = (large0 + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] = a + (initial[0] as number);
  state[1] = b + (initial[1] as number);
  state[2] = c + (initial[2] as number);
  state[3] = d + (initial[3] as number);
  state[4] = e + (initial[4] as number);
  state[5] = f + (initial[5] as number);
  state[6] = g + (initial[6] as number);
  state[7] = h + (initial[7] as number);
}

/**
 * SHA-256 in base64url of a text of at most 55 characters of ASCII. Hot path: among all else that a request runs through, to get to the library
 * and back takes several times what is to be done there.
 */
export function shortDigest(text: string): string {
  pad(text);
  compress();
  for (let at = 0; at < 32; at += 1) digest[at] = (state[at >> 2] as number) >>> (24 - (at & 3) * 8);
  return digest.toString('base64url');
}
