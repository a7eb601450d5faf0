import type { ShardsAnswer } from '@latchkey/feed';
import type { DataSource } from 'typeorm';
import { hexOf } from '../outbox/digest-sql.ts';
import { epochOf } from './epoch-of.ts';

interface Row {
  epoch: string;
  generation: string;
  sequence: string;
  shards: string[];
}

/** The digest in its parts, as one statement sees it. */
export async function readShards(dataSource: DataSource): Promise<ShardsAnswer> {
  const [row] = await dataSource.query<Row[]>(
    'SELECT epoch, generation, sequence, ARRAY(SELECT digest::text FROM feed_digest ORDER BY shard) AS shards FROM feed_epoch',
  );
  if (row === undefined) throw new Error('feed_epoch has lost its row');
  return { epoch: epochOf({ epoch: row.epoch, generation: Number(row.generation) }), sequence: Number(row.sequence), shards: row.shards.map(hexOf) };
}
