import type { EntityManager } from 'typeorm';
import type { Acknowledged } from './mark-published.ts';

export interface Outbid {
  /** Subjects that were given a higher version. */
  raised: string[];
  /** Subjects that were left as they are, because the stream says that they have ended. */
  ended: string[];
}

/**
 * Gives records a version above what the stream holds in their place. It holds what Postgres knows nothing of when the database was
 * restored from a backup, or a stranger published: versions are then given out twice, followers would take one record for the other, and
 * a revocation among them would never be heard of. Postgres is the truth, so its record is staged anew, as the newest.
 *
 * Where another relay has simply published a newer version, the row is at that version by now, and is left alone; so is a row that a
 * transaction holds, until the next try.
 *
 * What the stream has ended is brought back by nobody but an operator who says so: an older database would else undo revocations by itself, and
 * nobody could tell which.
 * @param revive  whether somebody has said so
 */
export async function outbidRivals(manager: EntityManager, rivals: readonly Acknowledged[], revive: boolean): Promise<Outbid> {
  const rows = await manager.query<{ subject: string; ended: boolean }[]>(
    `WITH free AS (
       SELECT subject, rival, ended FROM outbox
       JOIN unnest($1::text[], $2::bigint[], $3::bigint[], $4::boolean[]) AS done (subject, version, rival, ended) USING (subject, version)
       FOR UPDATE OF outbox SKIP LOCKED
     ), raised AS (
       UPDATE outbox SET version = rival + 1, published = false, updated_at = clock_timestamp()
       FROM free WHERE outbox.subject = free.subject AND NOT free.ended
     )
     SELECT subject, ended FROM free`,
    [
      rivals.map(({ message }) => message.subject),
      rivals.map(({ message }) => message.version),
      rivals.map(({ rival }) => rival?.version),
      rivals.map(({ rival }) => !revive && rival?.hasEnded === true),
    ],
  );
  const of = (ended: boolean): string[] => rows.filter((row) => row.ended === ended).map(({ subject }) => subject);
  return { raised: of(false), ended: of(true) };
}
