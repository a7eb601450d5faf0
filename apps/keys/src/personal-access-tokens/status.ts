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

/** The same rule as a condition on columns. @param value  adds one to those of the statement, and tells how the statement names it */
export function statusCondition(status: PatStatus, now: Date, value: (of: Date) => string): string {
  switch (status) {
    case 'revoked': return 'revoked_at IS NOT NULL';
    case 'active': return `revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${value(expiringUntil(now))})`;
    case 'expiring': return `revoked_at IS NULL AND expires_at > ${value(now)} AND expires_at <= ${value(expiringUntil(now))}`;
    case 'expired': return `revoked_at IS NULL AND expires_at <= ${value(now)}`;
  }
}
