import type { EntityManager } from 'typeorm';
import type { Acknowledged } from './mark-published.ts';

/**
 * Gives records a version above what the stream holds in their place. It holds what Postgres knows nothing of when the database was
 * restored from a backup, or a stranger published: versions are then given out twice, followers would take one record for the other, and
 * a revocation among them would never be heard of. Postgres is the truth, so its record is staged anew, as the newest.
 *
 * Where another relay has simply published a newer version, the row is at that version by now, and is left alone; so is a row that a
 * transaction holds, until the next try.
 * @returns the subjects that were raised
 */
export async function outbidRivals(manager: EntityManager, rivals: readonly Acknowledged[]): Promise<string[]> {
  const rows = await manager.query<{ subject: string }[]>(
    `WITH free AS (
       SELECT subject, rival FROM outbox JOIN unnest($1::text[], $2::bigint[], $3::bigint[]) AS done (subject, version, rival) USING (subject, version)
       FOR UPDATE OF outbox SKIP LOCKED
     ), raised AS (
       UPDATE outbox SET version = rival + 1, published = false, updated_at = clock_timestamp()
       FROM free WHERE outbox.subject = free.subject RETURNING outbox.subject
     )
     SELECT subject FROM raised`,
    [rivals.map(({ message }) => message.subject), rivals.map(({ message }) => message.version), rivals.map(({ rival }) => rival)],
  );
  return rows.map(({ subject }) => subject);
}
