import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const random = (length: number) => Array.from({ length }, () => base62[randomInt(62)]).join('');

/** A token of the documented form that nobody has minted: its checksum is right. Written here anew, as a scanner would. */
export function inventToken(): string {
  const body = `lk_pat_${random(8)}_${random(32)}`;
  let checksum = '';
  for (let rest = crc32(body); checksum.length < 6; rest = Math.floor(rest / 62)) checksum = `${base62[rest % 62]}${checksum}`;
  return `${body}${checksum}`;
}

/** The same token with one character mistyped. */
export function mistype(token: string): string {
  const at = 20;
  return `${token.slice(0, at)}${token[at] === 'x' ? 'y' : 'x'}${token.slice(at + 1)}`;
}
