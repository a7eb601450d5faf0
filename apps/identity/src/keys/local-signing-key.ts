import { createPrivateKey, createPublicKey, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { ExternalSigningKey } from 'oidc-provider';

/** Bytes of each of the two numbers that an ES256 signature is (RFC 7518 section 3.4). */
const numberBytes = 32;

/**
 * A P-256 key that signs in the thread that asks: a signature takes 40 us there, and over WebCrypto, which the engine would use, four times
 * as much, most of it to get to another thread and back. Hot path: every access token.
 */
export class LocalSigningKey extends ExternalSigningKey {
  private readonly privateKey: KeyObject;
  private readonly publicKey: KeyObject;

  constructor(private readonly jwk: JWK) {
    super();
    this.privateKey = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
    this.publicKey = createPublicKey(this.privateKey);
  }

  override get kid(): string | undefined {
    return this.jwk.kid;
  }

  override get alg(): string | undefined {
    return this.jwk.alg;
  }

  /** What the key set tells of it, and what signatures are verified with. */
  override keyObject(): KeyObject {
    return this.publicKey;
  }

  override sign(data: Uint8Array): Uint8Array {
    return fromDer(sign('sha256', data, this.privateKey));
  }
}

/** From `SEQUENCE { INTEGER r, INTEGER s }`; Node writes this form itself, in more time than the signature takes. */
export function fromDer(der: Buffer): Buffer {
  const signature = Buffer.alloc(2 * numberBytes);
  // Two numbers of 33 bytes at most: no length takes more than one byte.
  const r = { at: 4, length: der[3] };
  const s = { at: r.at + r.length + 2, length: der[r.at + r.length + 1] };
  copyNumber(der.subarray(r.at, r.at + r.length), signature.subarray(0, numberBytes));
  copyNumber(der.subarray(s.at, s.at + s.length), signature.subarray(numberBytes));
  return signature;
}

/** DER leaves leading zeros out, and writes one where a number would else be negative. */
function copyNumber(from: Buffer, to: Buffer): void {
  const bytes = from.length > numberBytes ? from.subarray(from.length - numberBytes) : from;
  bytes.copy(to, numberBytes - bytes.length);
}
