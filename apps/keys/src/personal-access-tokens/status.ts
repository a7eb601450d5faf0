import type { Pat } from '@latchkey/contracts';
import type { PatEntity } from './pat.entity.ts';

export type PatStatus = Pat['status'];

/** A key that ends within this time is called expiring, so that its owner replaces it. */
const warningMs = 7 * 24 * 3600 * 1000;

/** The moment up to which a key that ends is expiring at `now`. */
export const expiringUntil = (now: Date): Date => new Date(now.getTime() + warningMs);

/** Never stored: time alone changes it. Revocation outweighs everything, because it is for ever. */
export function statusOf({ revokedAt, expiresAt }: Pick<PatEntity, 'revokedAt' | 'expiresAt'>, now: Date): PatStatus {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null || expiresAt > expiringUntil(now)) return 'active';
  return expiresAt > now ? 'expiring' : 'expired';
}

/** The same rule as conditions on the columns of `pat`; `:now` and `:expiringUntil` are its parameters. */
export const statusConditions: Record<PatStatus, string> = {
  revoked: 'pat.revokedAt IS NOT NULL',
  active: 'pat.revokedAt IS NULL AND (pat.expiresAt IS NULL OR pat.expiresAt > :expiringUntil)',
  expiring: 'pat.revokedAt IS NULL AND pat.expiresAt > :now AND pat.expiresAt <= :expiringUntil',
  expired: 'pat.revokedAt IS NULL AND pat.expiresAt <= :now',
};
