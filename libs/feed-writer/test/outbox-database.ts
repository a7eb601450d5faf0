import { connectPostgres } from '@latchkey/postgres';
import { freshDatabase, type TestDatabase } from '@latchkey/testing';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { addFeedDigest, addPublishedSequence, addTraced, createOutboxTable, dropFeedDigest, dropOutboxTable, dropPublishedSequence, dropTraced, narrowReplayIndex, widenReplayIndex } from '../src/index.ts';

class Outbox1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTable(runner);
    await addFeedDigest(runner);
    await addPublishedSequence(runner);
    await narrowReplayIndex(runner);
    await addTraced(runner);
    await runner.query('CREATE TABLE thing (name text PRIMARY KEY)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE thing');
    await dropTraced(runner);
    await widenReplayIndex(runner);
    await dropPublishedSequence(runner);
    await dropFeedDigest(runner);
    await dropOutboxTable(runner);
  }
}

export interface OutboxDatabase {
  dataSource: DataSource;
  database: TestDatabase;
  /** Another process with the same schema. */
  another(): Promise<DataSource>;
  stop(): Promise<void>;
}

/** A fresh database with the schema `keys`: an outbox, and a table `thing` for the rows of its owner. */
export async function outboxDatabase(): Promise<OutboxDatabase> {
  const database = await freshDatabase();
  const sources: DataSource[] = [];
  const another = async (): Promise<DataSource> => {
    const source = await connectPostgres({ url: database.url, schema: 'keys', entities: [], migrations: [Outbox1700000000000] });
    sources.push(source);
    return source;
  };
  return {
    dataSource: await another(),
    database,
    another,
    stop: async () => {
      for (const source of sources) if (source.isInitialized) await source.destroy();
      await database.drop();
    },
  };
}
