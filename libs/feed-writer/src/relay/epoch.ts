import type { FeedState } from '@latchkey/feed';
import type { DataSource } from 'typeorm';

/** What the outbox was published to: the stream, and the highest sequence that the feed acknowledged in it. */
export interface PublishedTo {
  epoch: string;
  sequence: number;
}

export async function readPublishedTo(dataSource: DataSource): Promise<PublishedTo> {
  const rows = await dataSource.query<{ epoch: string; sequence: string }[]>('SELECT epoch, sequence FROM feed_epoch');
  const row = rows[0];
  if (row === undefined) throw new Error('feed_epoch has lost its row');
  return { epoch: row.epoch, sequence: Number(row.sequence) };
}

/** Whether the stream still holds what was published: another stream, an end that was lost, or an emptied one does not. */
export async function holdsWhatWasPublished(dataSource: DataSource, known: PublishedTo, state: FeedState): Promise<boolean> {
  if (state.epoch !== known.epoch || state.sequence < known.sequence) return false;
  if (state.messages > 0) return true;
  const rows = await dataSource.query<unknown[]>('SELECT 1 FROM outbox WHERE published LIMIT 1');
  return rows.length === 0;
}

/**
 * Marks all rows as unpublished, because the stream that they were published to is no longer the one in `state`. Postgres is the truth,
 * a stream can always be written again from it.
 * @returns how many; 0 when another relay was faster
 */
export async function unpublishAll(dataSource: DataSource, known: PublishedTo, state: FeedState): Promise<number> {
  return dataSource.transaction(async (manager) => {
    // Whoever marks or stages rows waits, or is waited for, as a whole: row by row, the two could deadlock.
    await manager.query('LOCK TABLE outbox IN SHARE ROW EXCLUSIVE MODE');
    const moved = await manager.query<[unknown[], number]>(
      'UPDATE feed_epoch SET epoch = $1, sequence = $2 WHERE epoch = $3 AND sequence >= $4',
      [state.epoch, state.sequence, known.epoch, known.sequence],
    );
    if (moved[1] === 0) return 0;
    const [, count] = await manager.query<[unknown[], number]>('UPDATE outbox SET published = false WHERE published');
    return count;
  });
}
