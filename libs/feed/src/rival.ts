import { isDeepStrictEqual } from 'node:util';
import type { FeedMessage, FeedRecord } from '@latchkey/contracts';

/** What stands on a subject instead of the message that was to be published. */
export interface Rival {
  version: number;
  /** Whether that message in its place would bring back to life what this one has ended. */
  hasEnded: boolean;
}

/** What a record can say of an end, whatever it is about. */
interface Ends {
  revokedAt?: number | null;
  endedAt?: number | null;
  deletedAt?: number | null;
  disabled?: boolean;
  epoch?: number | null;
  memberships?: { org: string; epoch: number | null }[];
}

const isOver = ({ revokedAt, endedAt, deletedAt, disabled }: Ends): boolean => [revokedAt, endedAt, deletedAt].some((at) => typeof at === 'number') || disabled === true;

/** Epochs by what they are of; '' for that of the thing itself. */
const epochsOf = ({ epoch, memberships = [] }: Ends): Map<string, number> => new Map([['', epoch ?? -1], ...memberships.map((of) => [of.org, of.epoch ?? -1] as const)]);

/** Whether `present` in the place of `stood` brings something back: what had ended, or the credentials that an epoch had ended. */
export function revives(present: FeedRecord, stood: FeedRecord): boolean {
  const [now, before] = [present as Ends, stood as Ends];
  if (isOver(before) && !isOver(now)) return true;
  const epochs = epochsOf(now);
  return [...epochsOf(before)].some(([of, epoch]) => epoch > (epochs.get(of) ?? epoch));
}

/**
 * Tells whether what is stored under a version that is not lower is the very message. It may not be: a database that was restored from a
 * backup gives out versions for the second time, and followers know a message by its version only.
 * @param payload  of the message that was to be published
 * @param stored  a message too
 * @returns what is stored, if that is something else
 */
export function rivalOf(payload: string, stored: { version: number; text: string }): Rival | null {
  if (stored.text === payload) return null;
  const [ours, theirs] = [JSON.parse(payload) as FeedMessage, JSON.parse(stored.text) as FeedMessage];
  return isDeepStrictEqual(theirs, ours) ? null : { version: stored.version, hasEnded: revives(ours.record, theirs.record) };
}
