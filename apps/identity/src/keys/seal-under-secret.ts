import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';

const ivBytes = 12;
const tagBytes = 16;

/**
 * RFC 5869. The secret has 256 bits of its own, so neither salt nor stretching adds anything. As a key object: a cipher takes five times as
 * long to begin with a key in a buffer.
 */
const keyOf = (secret: string, purpose: string): KeyObject => createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `latchkey ${purpose}`, 32)));

/** Seals something that only whoever presents `secret` again may read; the secret itself is stored nowhere. */
export function sealUnderSecret(secret: string, purpose: string, plain: unknown): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret, purpose), iv, { authTagLength: tagBytes });
  const sealed = Buffer.concat([cipher.update(JSON.stringify(plain)), cipher.final()]);
  return Buffer.concat([iv, sealed, cipher.getAuthTag()]);
}

/** @throws Error when it was sealed under another secret or for another purpose, or was changed */
export function openUnderSecret(secret: string, purpose: string, sealed: Buffer): unknown {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret, purpose), sealed.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  return JSON.parse(Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()]).toString());
}
