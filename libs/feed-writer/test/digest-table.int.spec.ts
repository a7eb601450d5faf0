import { InProcessFeed, ShardedDigest } from '@latchkey/feed';
import { patRecord } from '@latchkey/feed/testing';
import { connectPostgres } from '@latchkey/postgres';
import { createLogger } from '@latchkey/telemetry';
import { freshDatabase } from '@latchkey/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addFeedDigest, addPublishedSequence, addTraced, createOutboxTable, dropFeedDigest, dropPublishedSequence, Relay, stage } from '../src/index.ts';
import { readOutbox } from '../src/relay/read-outbox.ts';

class Outbox1700000000000 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return createOutboxTable(runner);
  }

  down(): Promise<void> {
    return Promise.resolve();
  }
}

describe('an outbox from before there was a digest', () => {
  it('gets one of what was published, and keeps what was not', async () => {
    const database = await freshDatabase();
    const dataSource = await connectPostgres({ url: database.url, schema: 'keys', entities: [], migrations: [Outbox1700000000000] });
    const runner = dataSource.createQueryRunner();
    try {
      await dataSource.query(
        `INSERT INTO outbox (subject, version, record, published)
         SELECT 'feed.keys.pat.k' || i, 1 + i % 3, $1::jsonb || jsonb_build_object('id', 'k' || i), i % 10 <> 0 FROM generate_series(0, 299) AS i`,
        [patRecord('k')],
      );
      await addFeedDigest(runner);
      await addPublishedSequence(runner);
      await addTraced(runner);
      const published = new ShardedDigest();
      const all = new ShardedDigest();
      for (let index = 0; index < 300; index++) {
        if (index % 10 !== 0) published.replace(`feed.keys.pat.k${index}`, 0, 1 + (index % 3));
        all.replace(`feed.keys.pat.k${index}`, 0, 1 + (index % 3));
      }
      const before = await readOutbox(runner.manager);
      expect(before).toMatchObject({ generation: 1, subjects: 270, digest: published.total });
      expect(before.pending.map(({ subject }) => subject).sort()).toEqual(Array.from({ length: 30 }, (_, index) => `feed.keys.pat.k${index * 10}`).sort());

      const feed = new InProcessFeed();
      const relay = new Relay({ dataSource, feed, writer: 'keys', logger: createLogger('digest-test', 'silent') });
      await relay.start();
      expect((await relay.fence()).digest).toBe(all.total);
      expect((await feed.position('keys')).messages).toBe(300);
      await relay.stop();

      // The release before works on: it stages, reads and marks by `published`.
      await stage(dataSource.manager, patRecord('k1'));
      expect(await dataSource.query('SELECT subject FROM outbox WHERE NOT published')).toEqual([{ subject: 'feed.keys.pat.k1' }]);
      await dataSource.query('UPDATE outbox SET published = true');
      expect((await readOutbox(runner.manager)).pending).toMatchObject([{ subject: 'feed.keys.pat.k1', version: 3 }]);
      await dropPublishedSequence(runner);
      await dropFeedDigest(runner);
      expect(await stage(dataSource.manager, patRecord('k1'))).toBe(4);
    } finally {
      await runner.release();
      await dataSource.destroy();
      await database.drop();
    }
  }, 60_000);
});
