import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const periodSeconds = 30;
const recoveryCodeCount = 10;

/** What every authenticator app can read: SHA-1, six digits, half a minute (RFC 6238; of other parameters some apps take no notice). */
const totp = (secret: Buffer, label = ''): TOTP =>
  new TOTP({ issuer: 'Latchkey', label, secret: new Secret({ buffer: Uint8Array.from(secret).buffer }), algorithm: 'SHA1', digits: 6, period: periodSeconds });

/** RFC 4226 section 4: 160 bits. */
export const newSecret = (): Buffer => randomBytes(20);

export const secretText = (secret: Buffer): string => totp(secret).secret.base32;

/** @param label  what the app lists it under */
export const otpauthLink = (secret: Buffer, label: string): string => totp(secret, label).toString();

/**
 * Which time step a code is of: the present one, or one before or after, for clocks that differ.
 * @returns null for a code of none of them
 */
export function stepOf(secret: Buffer, code: string, nowMs: number): number | null {
  const delta = totp(secret).validate({ token: code, timestamp: nowMs, window: 1 });
  return delta === null ? null : Math.floor(nowMs / 1000 / periodSeconds) + delta;
}

/** As people type it: spaces and hyphens say nothing. */
export const plainCode = (text: string): string => text.replace(/[\s-]/g, '').toUpperCase();

export const isTimedCode = (code: string): boolean => /^\d{6}$/.test(code);

/** Eighty bits each: a plain hash is all that they need. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () => new Secret({ buffer: Uint8Array.from(randomBytes(10)).buffer }).base32.replace(/(.{4})(?=.)/g, '$1-'));
}

export const recoveryCodeHash = (userId: string, code: string): Buffer => createHash('sha256').update(`${userId} ${plainCode(code)}`).digest();
