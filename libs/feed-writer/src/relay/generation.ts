import type { FeedPosition } from '@latchkey/feed';
import type { EntityManager } from 'typeorm';
import { zeroDigest } from '../outbox/digest-sql.ts';

/** A new generation holds nothing yet: every row is pending in it, and the digest begins at zero. */
async function begin(manager: EntityManager, change: string, condition: string, parameters: unknown[], generation = 'generation + 1'): Promise<boolean> {
  const [row] = await manager.query<{ begun: boolean }[]>(
    `WITH begun AS (
       UPDATE feed_epoch SET generation = ${generation}, ${change} WHERE ${condition} RETURNING 1
     ), emptied AS (
       UPDATE feed_digest SET digest = ${zeroDigest}, subjects = 0 WHERE EXISTS (SELECT 1 FROM begun)
     )
     SELECT EXISTS (SELECT 1 FROM begun) AS begun`,
    parameters,
  );
  return row?.begun === true;
}

/**
 * Has everything published again, because the stream does not hold what it acknowledged in the generation `after`. Postgres is the
 * truth, a stream can always be written again from it.
 * @param position  where the stream stands now, or stood since it lost what it lost
 * @returns false when another relay was faster
 */
export function beginGeneration(manager: EntityManager, after: number, position: FeedPosition): Promise<boolean> {
  return begin(manager, 'epoch = $2, sequence = $3', 'generation = $1', [after, position.epoch, position.sequence]);
}

/**
 * Has everything published again because somebody says that the stream is not what it should be. Once a minute at most, whichever relay
 * is asked: it costs a message per subject, and no gateway has a proof until it is done.
 */
export function beginRepair(manager: EntityManager): Promise<boolean> {
  return begin(manager, 'repaired_at = clock_timestamp()', "repaired_at < clock_timestamp() - interval '1 minute'", []);
}

/**
 * The same because the database is an older one than the stream is of. Its generations were counted on by the time that was lost, and gateways know them:
 * this one gets a number that none can have had.
 */
export function beginRestored(manager: EntityManager, position: FeedPosition): Promise<boolean> {
  return begin(manager, 'epoch = $1, sequence = $2', 'only_row', [position.epoch, position.sequence], 'greatest(generation + 1, extract(epoch FROM clock_timestamp())::bigint)');
}
