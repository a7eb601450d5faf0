import type { RateLimit } from '@latchkey/contracts';
import type { Replica } from '@latchkey/feed-replica';
import type { Confirmed } from '../freshness/confirmed.ts';
import type { Principal } from './principal.ts';

/** What bounds how a key is used, beside what it may do. */
export interface KeyLimits {
  allowedIps: readonly string[] | null;
  rateLimit: RateLimit | null;
}

/**
 * The limits that hold for a credential: its own, and for a token that was cut from a key those of the key as they are now, by the replica
 * and by keys itself where it had to be asked. Hot path: a key answers for itself.
 */
export function limitsOf(principal: Principal, replica: Pick<Replica, 'patById'>, { keys }: Confirmed): readonly KeyLimits[] {
  if (principal.sourcePat === null) return [principal];
  const sources = [keys?.answer.pat, replica.patById(principal.sourcePat)];
  return sources.flatMap((source) => (source === undefined ? [] : { allowedIps: source.allowedIps ?? null, rateLimit: source.rateLimit ?? null }));
}
