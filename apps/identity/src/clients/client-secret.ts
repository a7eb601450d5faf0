import { createHash, timingSafeEqual } from 'node:crypto';

const prefix = 'sha256:';

/** How the engine holds a client secret after it was shown once. The secret has 512 bits, so a plain hash is enough. */
export const storedSecret = (secret: string): string => prefix + createHash('sha256').update(secret).digest('hex');

export const isStoredSecret = (text: string): boolean => /^sha256:[0-9a-f]{64}$/.test(text);

/** Compares a presented secret with the stored form, in constant time. */
export function secretMatches(stored: string | undefined, presented: string): boolean {
  if (stored === undefined || !isStoredSecret(stored)) return false;
  return timingSafeEqual(Buffer.from(stored), Buffer.from(storedSecret(presented)));
}

export const secretHash = (stored: string): Buffer => Buffer.from(stored.slice(prefix.length), 'hex');
export const fromSecretHash = (hash: Buffer): string => prefix + hash.toString('hex');
