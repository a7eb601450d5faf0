import type { FeedMessage, FeedRecord } from '@latchkey/contracts';
import type { DataSource } from 'typeorm';
import type { RelayOptions } from './options.ts';

/** Published side by side: each waits for a disk of the feed, and they are about different subjects. */
const batchSize = 100;

interface PendingRow {
  subject: string;
  version: string;
  record: FeedRecord;
}

interface Acknowledged {
  message: FeedMessage;
  sequence: number;
}

/**
 * Rows that another relay may be publishing at this moment are taken too, not skipped as locked: when a drain is over, everything that was
 * committed before it has reached the feed, whoever brought it there.
 * @param done  subjects that this drain has brought out already
 */
async function readPending(dataSource: DataSource, done: readonly string[]): Promise<FeedMessage[]> {
  const rows = await dataSource.query<PendingRow[]>(
    `SELECT subject, version, record FROM outbox WHERE NOT published AND subject <> ALL ($1) ORDER BY updated_at LIMIT ${batchSize}`,
    [done],
  );
  return rows.map(({ subject, version, record }) => ({ subject, version: Number(version), record }));
}

/**
 * Marks what the feed has acknowledged, unless it was staged anew meanwhile. Rows that a transaction holds at this moment are left for the
 * next drain: waiting for one while holding others could deadlock with a caller who stages several.
 * @returns the subjects that were marked; null when another relay has seen another stream, and it is not certain which of the two acknowledged
 */
async function markPublished(dataSource: DataSource, epoch: string, acknowledged: readonly Acknowledged[]): Promise<string[] | null> {
  const [row] = await dataSource.query<{ held: boolean; marked: string[] }[]>(
    `WITH held AS (
       UPDATE feed_epoch SET sequence = greatest(sequence, $4) WHERE epoch = $1 RETURNING 1
     ), free AS (
       SELECT subject FROM outbox JOIN unnest($2::text[], $3::bigint[]) AS done (subject, version) USING (subject, version)
       WHERE EXISTS (SELECT 1 FROM held) FOR UPDATE OF outbox SKIP LOCKED
     ), marked AS (
       UPDATE outbox SET published = true FROM free WHERE outbox.subject = free.subject RETURNING outbox.subject
     )
     SELECT EXISTS (SELECT 1 FROM held) AS held, ARRAY(SELECT subject FROM marked) AS marked`,
    [
      epoch,
      acknowledged.map(({ message }) => message.subject),
      acknowledged.map(({ message }) => message.version),
      Math.max(...acknowledged.map(({ sequence }) => sequence)),
    ],
  );
  return row?.held === true ? row.marked : null;
}

/**
 * Publishes until the outbox holds nothing unpublished. One row that the feed refuses keeps no other of its batch from going out.
 * @param epoch  of the stream that is published to
 * @returns false when the stream is another one by now
 * @throws what the feed threw; everything it acknowledged is marked by then
 */
export async function publishPending({ dataSource, feed, writer }: RelayOptions, epoch: string): Promise<boolean> {
  for (const unmarked: string[] = []; ; ) {
    const pending = await readPending(dataSource, unmarked);
    if (pending.length === 0) return true;
    const results = await Promise.allSettled(pending.map(async (message) => ({ message, sequence: (await feed.publish(writer, message)).sequence })));
    const acknowledged = results.filter((result) => result.status === 'fulfilled').map((result) => result.value);
    if (acknowledged.length > 0) {
      const marked = await markPublished(dataSource, epoch, acknowledged);
      if (marked === null) return false;
      unmarked.push(...acknowledged.map(({ message }) => message.subject).filter((subject) => !marked.includes(subject)));
    }
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }
}
