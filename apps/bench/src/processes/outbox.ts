import { addFeedDigest, addPublishedSequence, addTraced, createOutboxTable, dropFeedDigest, dropOutboxTable, dropPublishedSequence, dropTraced, narrowReplayIndex, widenReplayIndex } from '@latchkey/feed-writer';
import { connectPostgres } from '@latchkey/postgres';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';

class Outbox1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTable(runner);
    await addFeedDigest(runner);
    await addPublishedSequence(runner);
    await narrowReplayIndex(runner);
    await addTraced(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTraced(runner);
    await widenReplayIndex(runner);
    await dropPublishedSequence(runner);
    await dropFeedDigest(runner);
    await dropOutboxTable(runner);
  }
}

/** The schema of a writer that has nothing but an outbox. */
export const outboxOf = (url: string, schema: string): Promise<DataSource> =>
  connectPostgres({ url, schema, entities: [], migrations: [Outbox1700000000000] });
