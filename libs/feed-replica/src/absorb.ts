import type { FeedRecord } from '@latchkey/contracts';

type Seconds = number | null;

const later = (a: Seconds, b: Seconds): Seconds => (a === null ? b : b === null ? a : Math.max(a, b));
const earlier = (a: Seconds, b: Seconds): Seconds => (a === null ? b : b === null ? a : Math.min(a, b));

/**
 * `next` with the revocations of `before` that it lacks; `next` itself when it lacks none. A revocation is for ever: a writer that was set
 * back to an older backup must not bring a dead credential back to life. (Disabling is none: a higher version may undo it.)
 */
export function absorbRevocation(before: FeedRecord, next: FeedRecord): FeedRecord {
  if ((before.kind === 'pat' && next.kind === 'pat') || (before.kind === 'connection' && next.kind === 'connection') || (before.kind === 'end_user_issuer' && next.kind === 'end_user_issuer')) {
    const revokedAt = earlier(before.revokedAt, next.revokedAt);
    return revokedAt === next.revokedAt ? next : { ...next, revokedAt };
  }
  if (before.kind === 'key_epoch' && next.kind === 'key_epoch') return before.epoch > next.epoch ? { ...next, epoch: before.epoch } : next;
  if ('epoch' in before && 'epoch' in next && before.kind !== 'key_epoch' && next.kind !== 'key_epoch') {
    const epoch = later(before.epoch, next.epoch);
    return epoch === next.epoch ? next : { ...next, epoch };
  }
  if (before.kind === 'member' && next.kind === 'member') {
    const epochs = new Map(before.memberships.map(({ org, epoch }) => [org, epoch]));
    const memberships = next.memberships.map((membership) => {
      const epoch = later(epochs.get(membership.org) ?? null, membership.epoch);
      return epoch === membership.epoch ? membership : { ...membership, epoch };
    });
    return { ...next, memberships };
  }
  return next;
}

/** Whether it stops somebody. Such a record outlives a stream that lacks it: its absence there is no news that it was undone. */
export function carriesRevocation(record: FeedRecord): boolean {
  switch (record.kind) {
    case 'grant':
    case 'session':
    case 'token':
    case 'key_epoch':
      return true;
    case 'pat':
    case 'connection':
    case 'end_user_issuer':
      return record.revokedAt !== null;
    case 'user':
    case 'org':
    case 'client':
      return record.disabled || record.epoch !== null;
    default:
      return false;
  }
}
