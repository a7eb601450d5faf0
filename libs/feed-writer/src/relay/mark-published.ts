import type { FeedMessage } from '@latchkey/contracts';
import type { Published } from '@latchkey/feed';
import { prepared } from '@latchkey/postgres';
import type { EntityManager } from 'typeorm';
import { digestSql, shardSql } from '../outbox/digest-sql.ts';
import type { OutboxState } from './read-outbox.ts';

export interface Acknowledged extends Published {
  message: FeedMessage;
  /** As it was pending */
  again: boolean;
}

/**
 * Nobody waits for the disk: marks that a crash of Postgres takes with it are rows that are pending again, which the feed has already, and
 * it takes rows, digest and sequence together. What was committed before them on the disk is there also without them.
 */
const unhurried = "set_config('synchronous_commit', 'off', true)";

export const mark = {
  name: 'latchkey-mark-published',
  text: `
    WITH held AS (
      UPDATE feed_epoch SET sequence = greatest(sequence, $5) WHERE epoch = $1 AND generation = $2 RETURNING 1
    ), free AS (
      SELECT done.subject, done.sequence, CASE WHEN staged.published_generation = $2 THEN staged.published_version ELSE 0 END AS before
      FROM (SELECT * FROM unnest($3::text[], $4::bigint[], $6::bigint[]) LIMIT $7) AS done (subject, version, sequence), LATERAL (
        SELECT published_generation, published_version FROM outbox
        WHERE outbox.subject = done.subject AND outbox.version = done.version FOR UPDATE SKIP LOCKED
      ) AS staged
      WHERE EXISTS (SELECT 1 FROM held)
    ), marked AS (
      UPDATE outbox SET published = true, published_version = version, published_generation = $2, published_sequence = free.sequence
      FROM free WHERE outbox.subject = free.subject RETURNING outbox.subject, before, version AS after
    ), change AS (
      SELECT ${shardSql('subject')} AS shard, count(*) FILTER (WHERE before = 0) AS added,
        bit_xor(CASE WHEN before = 0 THEN ${digestSql('subject', 'after')}
                     ELSE ${digestSql('subject', 'before')} # ${digestSql('subject', 'after')} END) AS digest
      FROM marked GROUP BY 1
    ), digested AS (
      UPDATE feed_digest SET digest = feed_digest.digest # change.digest, subjects = subjects + added
      FROM change WHERE feed_digest.shard = change.shard
    )
    SELECT EXISTS (SELECT 1 FROM held) AS held, ARRAY(SELECT subject FROM marked) AS marked, ${unhurried} AS commit`,
};

/**
 * Each row is looked for by its key, whatever Postgres thought of the size of the table when it planned this: it takes a list with a LIMIT that it does
 * not know for one row. For more it would scan a table that was nearly empty then, and go on to do so until somebody analyzes it.
 *
 * Marks what the feed has acknowledged, unless it was staged anew meanwhile, and changes the digest by it, in one statement. Rows that a
 * transaction holds at this moment are left for the next drain: waiting for one while holding others could deadlock with a caller who
 * stages several. `feed_epoch` is locked first, so that marks come one after the other.
 * @returns the subjects that were marked; null when another generation has begun, and it is not certain which stream acknowledged
 */
export async function markPublished(
  manager: EntityManager,
  { epoch, generation }: Pick<OutboxState, 'epoch' | 'generation'>,
  acknowledged: readonly Acknowledged[],
): Promise<string[] | null> {
  const [row] = await prepared<{ held: boolean; marked: string[] }>(manager, mark, [
    epoch,
    generation,
    acknowledged.map(({ message }) => message.subject),
    acknowledged.map(({ message }) => message.version),
    Math.max(...acknowledged.map(({ sequence }) => sequence)),
    acknowledged.map(({ sequence }) => sequence),
    acknowledged.length,
  ]);
  return row?.held === true ? row.marked : null;
}
