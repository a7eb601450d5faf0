import { verify } from 'node:crypto';
import { derSignature } from './der-signature.ts';
import type { SigningKey } from './signing-keys.ts';

const shape = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
export const looksLikeJws = (text: string): boolean => shape.test(text);
/** As a JSON object without leading spaces does. Hot path: a glance, for what will be looked at by its hash. */
export const beginsAsJws = (text: string): boolean => text.startsWith('eyJ');

type Json = Record<string, unknown>;

/** Two numbers of 32 bytes each (RFC 7518 section 3.4). */
const es256SignatureBytes = 64;

/** @returns undefined for what is no JSON object */
function objectOf(part: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A token in three parts (RFC 7515 section 7.1), with its signature not yet verified. Read by hand and verified in this thread: through
 * WebCrypto and its thread pool the same costs half as much again.
 */
export class CompactJws {
  private constructor(
    readonly header: Json,
    private readonly payloadPart: string,
    private readonly signed: Buffer,
    private readonly signature: Buffer,
  ) {}

  /** @returns undefined for what is none, or asks for an extension, of which we understand none (RFC 7515 section 4.1.11) */
  static read(token: string): CompactJws | undefined {
    if (!looksLikeJws(token)) return undefined;
    const [headerPart, payloadPart, signaturePart] = token.split('.');
    const header = objectOf(headerPart);
    if (header === undefined || 'crit' in header) return undefined;
    const signed = Buffer.from(`${headerPart}.${payloadPart}`, 'latin1');
    return new CompactJws(header, payloadPart, signed, Buffer.from(signaturePart, 'base64url'));
  }

  /** By the algorithm of the key; what the header says of it decides nothing here (RFC 8725 section 3.1). */
  isSignedBy({ key, alg }: SigningKey): boolean {
    if (alg === 'RS256') return verify('sha256', this.signed, key, this.signature);
    if (this.signature.length !== es256SignatureBytes) return false;
    return verify('sha256', this.signed, key, derSignature(this.signature));
  }

  /** What was signed; undefined when it is no JSON object. To be called once it is known who signed. */
  payload(): Json | undefined {
    return objectOf(this.payloadPart);
  }
}
