import { feedRecordSchema, type FeedRecord } from '@latchkey/contracts';
import { subjectOf } from '@latchkey/feed';
import type { EntityManager } from 'typeorm';

/**
 * Stages the present state of a thing for the feed, in the caller's transaction: it goes out if and only if that commits.
 * Records staged in one transaction should be staged in a fixed order (by subject), or two such transactions may deadlock.
 * @param manager  of the transaction that writes the row itself
 * @returns the version of the record, 1 for a new subject
 * @throws Error when the record is not one of the contract: no follower would accept it
 */
export async function stage(manager: EntityManager, record: FeedRecord): Promise<number> {
  const valid = feedRecordSchema.parse(record);
  // NOTIFY is delivered at commit, and equal ones of a transaction are folded into one. RETURNING sees the row as written.
  const rows = await manager.query<{ version: string }[]>(
    `WITH staged AS (
       INSERT INTO outbox (subject, version, record) VALUES ($1, 1, $2)
       ON CONFLICT (subject) DO UPDATE
         SET version = outbox.version + 1, record = excluded.record, published = false, updated_at = clock_timestamp()
       RETURNING version
     )
     SELECT version, pg_notify('feed_' || current_schema(), '') FROM staged`,
    [subjectOf(valid), JSON.stringify(valid)],
  );
  const version = Number(rows[0]?.version);
  if (!Number.isSafeInteger(version)) throw new Error('The outbox gave no version');
  return version;
}
