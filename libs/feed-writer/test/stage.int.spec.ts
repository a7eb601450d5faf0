import { patRecord } from '@latchkey/feed/testing';
import { eventually, verifies } from '@latchkey/testing';
import pg from 'pg';
import type { FeedRecord } from '@latchkey/contracts';
import { consistencyOf, stage } from '../src/index.ts';
import { mark } from '../src/relay/mark-published.ts';
import { outboxDatabase, type OutboxDatabase } from './outbox-database.ts';

describe('stage', () => {
  let keys: OutboxDatabase;
  beforeAll(async () => {
    keys = await outboxDatabase();
  });
  afterAll(() => keys.stop());
  beforeEach(() => keys.dataSource.query('TRUNCATE outbox, thing'));

  const rows = (): Promise<{ subject: string; version: string; record: FeedRecord; published: boolean }[]> =>
    keys.dataSource.query('SELECT subject, version, record, published FROM outbox ORDER BY subject');

  it('counts the versions of each subject and keeps its newest state, unpublished', async () => {
    const { manager } = keys.dataSource;
    expect(await stage(manager, patRecord('a'))).toBe(1);
    await keys.dataSource.query('UPDATE outbox SET published = true');
    expect(await stage(manager, patRecord('a', { revokedAt: 5 }))).toBe(2);
    expect(await stage(manager, patRecord('b'))).toBe(1);
    expect(await rows()).toEqual([
      { subject: 'feed.keys.pat.a', version: '2', record: patRecord('a', { revokedAt: 5 }), published: false },
      { subject: 'feed.keys.pat.b', version: '1', record: patRecord('b'), published: false },
    ]);
    expect(consistencyOf(patRecord('a'), 2)).toBe('feed.keys.pat.a@2');
  });

  verifies('G2', 'the row and its outbox row are written together or not at all', async () => {
    const write = (fail: boolean): Promise<void> =>
      keys.dataSource.transaction(async (manager) => {
        await manager.query("INSERT INTO thing VALUES ('one')");
        await stage(manager, patRecord('a'));
        if (fail) throw new Error('changed my mind');
      });
    await expect(write(true)).rejects.toThrow('changed my mind');
    expect([await rows(), await keys.dataSource.query('SELECT * FROM thing')]).toEqual([[], []]);
    await write(false);
    expect([(await rows()).length, await keys.dataSource.query('SELECT * FROM thing')]).toEqual([1, [{ name: 'one' }]]);
  });

  it('is marked as published by its key, however small the table was when Postgres planned for it', async () => {
    await stage(keys.dataSource.manager, patRecord('a'));
    const client = new pg.Client({ connectionString: keys.database.url, options: '-c search_path=keys -c plan_cache_mode=force_generic_plan' });
    await client.connect();
    try {
      await client.query(`PREPARE mark AS ${mark.text}`);
      const { rows: plan } = await client.query<Record<'QUERY PLAN', string>>("EXPLAIN EXECUTE mark ('e', 1, '{}', '{}', 1, '{}', 0)");
      const ways = plan.map((line) => line['QUERY PLAN']).filter((line) => /Scan.* on outbox/.test(line));
      expect(ways).toHaveLength(2);
      expect(ways.filter((line) => !line.includes('Index Scan using outbox_pkey'))).toEqual([]);
    } finally {
      await client.end();
    }
  });

  it('refuses a record that no follower would accept', async () => {
    await expect(stage(keys.dataSource.manager, patRecord('a', { hash: 'short' }))).rejects.toThrow();
    expect(await rows()).toEqual([]);
  });

  it('notifies at commit, not at rollback, and once per transaction', async () => {
    const client = new pg.Client({ connectionString: keys.database.url });
    await client.connect();
    const heard: string[] = [];
    client.on('notification', ({ channel }) => heard.push(channel));
    await client.query('LISTEN feed_keys');
    await keys.dataSource.transaction(async (manager) => {
      for (const id of ['a', 'b', 'c']) await stage(manager, patRecord(id));
      await client.query('SELECT 1');
      expect(heard).toEqual([]);
    });
    await eventually(() => expect(heard).toEqual(['feed_keys']));
    await keys.dataSource
      .transaction(async (manager) => {
        await stage(manager, patRecord('d'));
        throw new Error('rollback');
      })
      .catch(() => undefined);
    await stage(keys.dataSource.manager, patRecord('e'));
    await eventually(() => expect(heard).toEqual(['feed_keys', 'feed_keys']));
    await client.end();
  });

  it('loses no version when many stage one subject at once', async () => {
    const versions = await Promise.all(
      Array.from({ length: 20 }, () => keys.dataSource.transaction((manager) => stage(manager, patRecord('a')))),
    );
    expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });
});
