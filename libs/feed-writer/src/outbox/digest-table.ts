import { shardCount } from '@latchkey/feed';
import type { QueryRunner } from 'typeorm';
import { digestType, shardsOfOutbox, zeroDigest } from './digest-sql.ts';

/**
 * Adds to an outbox what a fence is answered from: which version of each subject the stream holds, a digest of all of them, and a
 * generation that tells one life of the stream from the next. A row is pending while its newest version was not published in the present
 * generation, so that "publish everything again" is one row to write and not a million. `published` is for relays of the release before.
 */
export async function addFeedDigest(runner: QueryRunner): Promise<void> {
  await runner.query(`
    ALTER TABLE feed_epoch
      ADD COLUMN generation bigint NOT NULL DEFAULT 1,
      ADD COLUMN repaired_at timestamptz NOT NULL DEFAULT '-infinity'`);
  await runner.query(`
    ALTER TABLE outbox
      ADD COLUMN published_version bigint NOT NULL DEFAULT 0,
      ADD COLUMN published_generation bigint NOT NULL DEFAULT 0`);
  await runner.query('UPDATE outbox SET published_version = version, published_generation = 1 WHERE published');
  await runner.query('CREATE INDEX outbox_changed ON outbox (updated_at) WHERE published_version <> version');
  await runner.query('CREATE INDEX outbox_by_generation ON outbox (published_generation)');
  await runner.query(`
    CREATE TABLE feed_digest (
      shard smallint PRIMARY KEY CHECK (shard BETWEEN 0 AND ${shardCount - 1}),
      digest ${digestType} NOT NULL,
      subjects integer NOT NULL
    )`);
  await runner.query(`
    INSERT INTO feed_digest (shard, digest, subjects)
    SELECT shard, coalesce(digest, ${zeroDigest}), coalesce(subjects, 0)
    FROM generate_series(0, ${shardCount - 1}) AS shard LEFT JOIN (${shardsOfOutbox}) AS held USING (shard)`);
}

export async function dropFeedDigest(runner: QueryRunner): Promise<void> {
  await runner.query('DROP TABLE feed_digest');
  await runner.query('ALTER TABLE outbox DROP COLUMN published_version, DROP COLUMN published_generation');
  await runner.query('ALTER TABLE feed_epoch DROP COLUMN generation, DROP COLUMN repaired_at');
}
