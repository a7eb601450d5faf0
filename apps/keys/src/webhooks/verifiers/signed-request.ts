import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came: the body is judged byte by byte and parsed by nobody before. */
export interface SignedRequest {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface VerifierOptions {
  toleranceSeconds: number;
  /** Where a plain HMAC is, and in what shape. */
  hmac: HmacOptions;
}

export interface HmacOptions {
  header: string;
  encoding: 'hex' | 'base64';
  prefix: string;
  timestampHeader: string | null;
  idHeader: string | null;
}

/**
 * One scheme. @returns ids by which a repetition is known, any of which is enough; null for what is not signed, of whatever reason:
 * which part failed is nobody's business (WH-10)
 */
export type Verifier = (request: SignedRequest, secrets: readonly string[], options: VerifierOptions, nowSeconds: number) => string[] | null;

/** More signatures than anybody sends; beyond them nothing is looked at. */
const maxSignatures = 10;
const maxHeaderLength = 4096;

/** One header, once. */
export function headerOf({ headers }: SignedRequest, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value.length > 0 && value.length <= maxHeaderLength ? value : null;
}

/** Seconds since 1970, if it is within the tolerance either way (WH-11). */
export function freshSeconds(text: string | null, nowSeconds: number, toleranceSeconds: number): string | null {
  if (text === null || !/^\d{1,12}$/.test(text)) return null;
  return Math.abs(nowSeconds - Number(text)) <= toleranceSeconds ? text : null;
}

export const fromHex = (text: string): Buffer | null => (/^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : null);
export const fromBase64 = (text: string): Buffer | null => (/^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, 'base64') : null);

/**
 * Whether one of the signatures is the HMAC-SHA256 of the parts under one of the keys. Every pair is compared, each in constant time, so
 * that the time tells neither which secret it was nor how far a guess was right.
 */
export function isSigned(signatures: readonly (Buffer | null)[], keys: readonly (Buffer | string)[], parts: readonly (Buffer | string)[]): boolean {
  const given = signatures.filter((signature) => signature !== null).slice(0, maxSignatures);
  let found = 0;
  for (const key of keys) {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    const expected = hmac.digest();
    for (const signature of given) found |= Number(signature.length === expected.length && timingSafeEqual(signature, expected));
  }
  return found === 1;
}

/** Id of what carries none of its own. */
export function hashOf(...parts: (Buffer | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return `sha256:${hash.digest('base64url')}`;
}

/** A member of the body that names the event. Only what is signed is parsed. */
export function idInBody(body: Buffer, member: string): string | null {
  try {
    const value: unknown = (JSON.parse(body.toString()) as Record<string, unknown> | null)?.[member];
    return typeof value === 'string' && value.length > 0 && value.length <= 256 ? `id:${value}` : null;
  } catch {
    return null;
  }
}
