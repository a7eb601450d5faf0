import { prepared } from '@latchkey/postgres';
import type { EntityManager } from 'typeorm';
import type { Acknowledged } from './mark-published.ts';
import type { OutboxMoment } from './read-outbox.ts';

/** What is stored after a moment was read gets a higher sequence than all that was acknowledged before it, or the stream has lost its end. */
export const hasRunBackwards = (before: Pick<OutboxMoment, 'sequence'>, acknowledged: readonly Acknowledged[]): boolean =>
  acknowledged.some(({ stored, sequence }) => stored && sequence <= before.sequence);

/**
 * What the feed says of a change: that it had it already, at a place before its end. Most of the time it was published and not marked, because somebody held the row. But
 * an acknowledgement may have been lost on the way from a stream that was set back, and then this is all that is left to tell it by.
 */
export const hadBefore = ({ sequence: end }: Pick<OutboxMoment, 'sequence'>, acknowledged: readonly Acknowledged[]): Acknowledged[] =>
  acknowledged.filter(({ stored, rival, sequence, again }) => !stored && !again && rival === null && sequence <= end);

/** No sequence of a stream is given twice. Asked seldom, and so by a scan. */
const taken = {
  name: 'latchkey-taken-sequences',
  text: `
    SELECT EXISTS (
      SELECT 1 FROM outbox JOIN unnest($1::text[], $2::bigint[]) AS found (subject, sequence) ON outbox.published_sequence = found.sequence
      WHERE outbox.subject <> found.subject AND outbox.published_generation = $3
    ) AS taken`,
};

/** @returns whether one of them is where the stream once acknowledged something else, which it has lost then */
export async function standsInPlaceOfAnother(manager: EntityManager, { generation }: Pick<OutboxMoment, 'generation'>, found: readonly Acknowledged[]): Promise<boolean> {
  if (found.length === 0) return false;
  const [row] = await prepared<{ taken: boolean }>(manager, taken, [found.map(({ message }) => message.subject), found.map(({ sequence }) => sequence), generation]);
  return row?.taken === true;
}
