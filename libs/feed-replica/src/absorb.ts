import type { FeedRecord } from '@latchkey/contracts';

const later = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));
const earlier = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));

/**
 * `next` with the revocations of `before` that it lacks. A revocation is for ever: a stream that was written anew from an older backup
 * must not bring a dead credential back to life. (Disabling is no revocation: it may be undone, by a higher version.)
 */
export function absorbRevocation(before: FeedRecord, next: FeedRecord): FeedRecord {
  if (before.kind === 'pat' && next.kind === 'pat') return { ...next, revokedAt: earlier(before.revokedAt, next.revokedAt) };
  if (
    (before.kind === 'user' && next.kind === 'user') ||
    (before.kind === 'org' && next.kind === 'org') ||
    (before.kind === 'client' && next.kind === 'client')
  ) {
    return { ...next, epoch: later(before.epoch, next.epoch) };
  }
  if (before.kind === 'member' && next.kind === 'member') {
    const epochs = new Map(before.memberships.map(({ org, epoch }) => [org, epoch]));
    const memberships = next.memberships.map((membership) => ({
      ...membership,
      epoch: later(epochs.get(membership.org) ?? null, membership.epoch),
    }));
    return { ...next, memberships };
  }
  return next;
}

/** Records whose mere presence is a revocation: the absence of one from a new stream is no news that it was undone. */
export function isTombstone(record: FeedRecord): boolean {
  return record.kind === 'grant' || record.kind === 'session' || record.kind === 'token';
}
