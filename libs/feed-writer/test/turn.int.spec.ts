import { ShardedDigest } from '@latchkey/feed';
import { patRecord, RecordingListener } from '@latchkey/feed/testing';
import { createLogger } from '@latchkey/telemetry';
import { eventually, verifies } from '@latchkey/testing';
import { Relay, stage, type RelayOptions } from '../src/index.ts';
import { countQueries } from './counted-queries.ts';
import { outboxDatabase, type OutboxDatabase } from './outbox-database.ts';
import { TroubledFeed } from './troubled-feed.ts';

const logger = createLogger('turn-test', 'silent');
const key = "hashtextextended('latchkey-relay/' || current_schema(), 0)";

describe('the turn among relays', () => {
  let keys: OutboxDatabase;
  let feed: TroubledFeed;
  let listener: RecordingListener;
  const relays: Relay[] = [];

  const startRelay = async (more: Partial<RelayOptions> = {}): Promise<Relay> => {
    const relay = new Relay({ dataSource: keys.dataSource, feed, writer: 'keys', logger, sweepMs: 600_000, ...more });
    relays.push(relay);
    await relay.start();
    return relay;
  };
  const put = (id: string): Promise<number> => stage(keys.dataSource.manager, patRecord(id));
  const turnsTaken = async (): Promise<unknown[]> =>
    keys.dataSource.query("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
  const digestOfStream = (): string => {
    const digest = new ShardedDigest();
    const newest = new Map(listener.messages.map(({ subject, version }) => [subject, version]));
    for (const [subject, version] of newest) digest.replace(subject, 0, version);
    return digest.total;
  };

  beforeEach(async () => {
    keys = await outboxDatabase();
    feed = new TroubledFeed();
    listener = new RecordingListener();
    await feed.follow('keys', null, listener);
  });
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    await keys.stop();
  });

  it('is taken by the one statement that a change waits for before it is published', async () => {
    const relay = await startRelay();
    await relay.drain();
    const statements = countQueries(keys.dataSource);
    let before: string[] = [];
    feed.before = () => Promise.resolve(void (before = [...statements]));
    await keys.dataSource.query('INSERT INTO outbox (subject, version, record) VALUES ($1, 1, $2)', ['feed.keys.pat.a', patRecord('a')]);
    await relay.drain();
    expect(listener.seen).toEqual(['feed.keys.pat.a@1']);
    expect(before.filter((statement) => !statement.startsWith('INSERT'))).toEqual([expect.stringContaining('pg_try_advisory_lock')]);
    expect(await turnsTaken()).toEqual([]);
  });

  it('comes and goes in the two trips that a change costs, and what the feed holds is summed up for fences alone', async () => {
    const relay = await startRelay();
    await relay.drain();
    const statements = countQueries(keys.dataSource);
    const change = async (id: string): Promise<number> => {
      await keys.dataSource.query('INSERT INTO outbox (subject, version, record) VALUES ($1, 1, $2)', [`feed.keys.pat.${id}`, patRecord(id)]);
      return statements.length;
    };
    const changed: string[] = [];
    // The relay looks once more when it has begun to listen, at a moment of its own: a change that this look comes beside says nothing, and the next one does.
    await eventually(async () => {
      const id = `a${changed.push(`feed.keys.pat.a${changed.length}@1`) - 1}`;
      const before = await change(id);
      await relay.drain();
      expect(statements.slice(before)).toEqual([
        expect.stringContaining('pg_try_advisory_lock'), expect.stringContaining('UPDATE outbox SET published'), expect.stringContaining('pg_advisory_unlock'),
      ]);
      expect(statements[before]).not.toContain('feed_digest');
    });
    expect(await turnsTaken()).toEqual([]);
    await change('b');
    const answer = await relay.fence();
    expect(listener.seen).toEqual([...changed, 'feed.keys.pat.b@1']);
    expect(answer.digest).toBe(digestOfStream());
  });

  it('is no affair of whoever only waits for the feed to have it', async () => {
    const relay = await startRelay({ drainMs: 1000 });
    const other = (await keys.another()).createQueryRunner();
    let tries = 0;
    // The relay looks once more when it has begun to listen: where that look finds the change first, whoever waits comes behind its marks, and the next try tells.
    await eventually(async () => {
      const id = `a${tries++}`;
      const change = `feed.keys.pat.${id}`;
      const version = (): Promise<unknown> => keys.dataSource.query('SELECT published_version AS v FROM outbox WHERE subject = $1', [change]);
      let drained: Promise<string>;
      await other.startTransaction();
      try {
        // Marks wait for this row.
        await other.query('SELECT 1 FROM feed_epoch FOR UPDATE');
        await keys.dataSource.query('INSERT INTO outbox (subject, version, record) VALUES ($1, 1, $2)', [change, patRecord(id)]);
        drained = relay.drain().then(() => 'drained', () => 'late');
        await relay.published();
        expect(listener.seen).toContain(`${change}@1`);
        expect(await version()).toEqual([{ v: '0' }]);
        expect(await Promise.race([drained, Promise.resolve('still marking')])).toBe('still marking');
      } finally {
        await other.commitTransaction();
      }
      expect(await drained).toBe('drained');
      expect(await version()).toEqual([{ v: '1' }]);
    });
    await other.release();
    expect(tries).toBeLessThan(3);
  });

  it('is given back by every drain, also by one that fails or has to start over', async () => {
    const relay = await startRelay();
    const troubles = [
      () => (feed.before = () => Promise.reject(new Error('before'))),
      () => (feed.after = () => Promise.reject(new Error('after'))),
      () => feed.replace(),
      () => (feed.away = true),
    ];
    for (const [turn, trouble] of troubles.entries()) {
      trouble();
      await put(`n${turn}`);
      await relay.drain().catch(() => undefined);
      feed.before = feed.after = () => Promise.resolve();
      feed.away = false;
      await eventually(() => relay.drain());
      await eventually(async () => expect(await turnsTaken()).toEqual([]));
    }
  });

  verifies('G2', 'a stream that was set back shows by what it says it had before, where the word of having stored it was lost', async () => {
    const lines: string[] = [];
    const relay = await startRelay({ logger: createLogger('turn-test', 'warn', { write: (line) => void lines.push(line) }) });
    for (const id of ['a', 'b']) await put(id);
    const before = await relay.fence();
    // As NATS answers when the same message comes a second time: it stands where `b` was acknowledged, which the stream has lost with its end.
    const { publish } = feed;
    feed.publish = async (writer, message, ...more) => {
      if (!message.subject.endsWith('.n')) return publish.call(feed, writer, message, ...more);
      // What begins anew by it finds everything in its place.
      if (lines.length > 0) feed.publish = publish;
      return { sequence: before.sequence, stored: false, rival: null };
    };
    await put('n');
    await eventually(async () => expect(Number((await relay.fence()).epoch.split('#')[1])).toBeGreaterThan(Number(before.epoch.split('#')[1])));
    expect(lines.join()).toContain('the stream has run backwards; everything is published again');
  });

  it('what was published and could not be marked is no sign of that', async () => {
    const relay = await startRelay();
    await put('a');
    const before = await relay.fence();
    feed.after = ({ subject }) => (subject.endsWith('.n') ? Promise.reject(new Error('the answer is lost')) : Promise.resolve());
    // `n` is stored at a place before that of `m`, which is marked.
    await keys.dataSource.transaction(async (manager) => {
      for (const id of ['n', 'm']) await stage(manager, patRecord(id));
    });
    await relay.drain().catch(() => undefined);
    await eventually(async () => expect(await keys.dataSource.query("SELECT published FROM outbox WHERE subject = 'feed.keys.pat.m'")).toEqual([{ published: true }]));
    feed.after = () => Promise.resolve();
    const after = await eventually(() => relay.fence());
    expect([after.epoch, after.digest]).toEqual([before.epoch, digestOfStream()]);
    expect(await keys.dataSource.query('SELECT count(*)::int AS pending FROM outbox WHERE NOT published')).toEqual([{ pending: 0 }]);
  });

  it('is waited for while another has it, and is no reason to wait for ever', async () => {
    const relay = await startRelay();
    const hanging = (await keys.another()).createQueryRunner();
    await hanging.query(`SELECT pg_advisory_lock(${key})`);
    await put('a');
    const startedAtMs = performance.now();
    await relay.drain();
    expect(performance.now() - startedAtMs).toBeGreaterThan(300);
    expect(listener.seen).toEqual(['feed.keys.pat.a@1']);
    await hanging.query(`SELECT pg_advisory_unlock(${key})`);
    await hanging.release();
  });

  verifies('G2', 'what a crash of Postgres takes of the marks is marked again, and the answers to fences are true before and after', async () => {
    const tables = ['outbox', 'feed_epoch', 'feed_digest'];
    for (const id of ['a', 'b', 'c']) await put(id);
    const first = await startRelay();
    await first.fence();
    await first.stop();
    for (const id of ['a', 'd']) await put(id);
    for (const table of tables) await keys.dataSource.query(`CREATE TABLE saved_${table} AS SELECT * FROM ${table}`);
    const second = await startRelay();
    const before = await second.fence();
    expect(before.digest).toBe(digestOfStream());
    await second.stop();
    for (const table of tables) await keys.dataSource.query(`TRUNCATE ${table}`);
    for (const table of tables) await keys.dataSource.query(`INSERT INTO ${table} SELECT * FROM saved_${table}`);
    const third = await startRelay();
    expect(await third.fence()).toEqual(before);
    await put('a');
    expect((await third.fence()).digest).toBe(digestOfStream());
    expect(listener.seen.filter((seen) => seen.startsWith('feed.keys.pat.a@'))).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.a@2', 'feed.keys.pat.a@3']);
  });
});
