import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Problem } from '@latchkey/problem';
import { crc32Of } from './crc32.ts';
import { decodeBase62, encodeBase62, isBase62, randomBase62 } from './base62.ts';
import { tokenPrefix } from './prefix.ts';

/*
 * <prefix><8 base62 public id>_<32 base62 secret><6 base62 CRC-32 of all before it>: 54 characters with the default prefix.
 * The public id may be shown and logged; the secret carries 190 bits, so a plain SHA-256 of the whole is safe to store.
 */
const publicIdLength = 8;
const secretLength = 32;
const checksumLength = 6;
const bodyLength = publicIdLength + 1 + secretLength;
const underscore = 0x5f;

export interface MintedToken {
  /** The secret itself: to be shown once and kept nowhere. */
  token: string;
  publicId: string;
  /** base64url of SHA-256 over the whole token: 43 characters */
  hash: string;
}

export interface ReadToken {
  publicId: string;
  hash: string;
}

/** SHA-256 over the whole token, base64url: what is stored, replicated and looked up. */
const hashOf = (token: string): string => hash('sha256', token, 'base64url');

/** Makes a new token from the system's random source. */
export function mintToken(prefix: string = tokenPrefix): MintedToken {
  const publicId = randomBase62(publicIdLength);
  const unsealed = `${prefix}${publicId}_${randomBase62(secretLength)}`;
  const token = unsealed + encodeBase62(crc32(unsealed), checksumLength);
  return { token, publicId, hash: hashOf(token) };
}

/** Whether a credential claims to be a token of ours; it says nothing about whether it is a good one. */
export function looksLikeToken(text: string, prefix: string = tokenPrefix): boolean {
  return text.startsWith(prefix);
}

/**
 * The hash by which a token may be known. Hot path: what has the hash of a token is that token, so where one is found its shape and its checksum, which
 * take as long as the hash, need not be looked at; where none is, `readToken` says whether it is a token at all.
 * @returns null for a text that is longer or shorter than any token: nobody has long texts hashed for nothing
 */
export function hashIfToken(text: string, prefix: string = tokenPrefix): string | null {
  return text.length === prefix.length + bodyLength + checksumLength ? hashOf(text) : null;
}

/**
 * Reads a token without touching any store. Hot path: nothing is allocated but the result and the slices it needs.
 * @param text  as received, of any length and content
 * @throws Problem `token_malformed` when shape or CRC-32 is wrong; nothing has been hashed by then
 * @see RFC 1952 section 8 for the CRC
 */
export function readToken(text: string, prefix: string = tokenPrefix): ReadToken {
  const idStart = prefix.length;
  const idEnd = idStart + publicIdLength;
  const sealStart = idStart + bodyLength;
  const end = sealStart + checksumLength;
  const shaped =
    text.length === end &&
    text.startsWith(prefix) &&
    text.charCodeAt(idEnd) === underscore &&
    isBase62(text, idStart, idEnd) &&
    isBase62(text, idEnd + 1, end);
  // Six base62 digits reach past 2^32: a number that no CRC can be never equals one, so each token has one spelling only.
  if (!shaped || decodeBase62(text, sealStart, end) !== crc32Of(text, sealStart)) throw new Problem('token_malformed');
  return { publicId: text.slice(idStart, idEnd), hash: hashOf(text) };
}
