import { type Feed, InProcessFeed, ShardedDigest } from '@latchkey/feed';
import { messageOf, patRecord, RecordingListener } from '@latchkey/feed/testing';
import { inTransaction } from '@latchkey/postgres';
import { createLogger, served, startTracing } from '@latchkey/telemetry';
import { eventually, startCollector, verifies } from '@latchkey/testing';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { firstRecord, Relay, stage, stageFirst, type FirstRecord } from '../src/index.ts';
import { outboxDatabase, type OutboxDatabase } from './outbox-database.ts';
import { TroubledFeed } from './troubled-feed.ts';

const logger = createLogger('relay-test', 'silent');

describe('the relay', () => {
  let keys: OutboxDatabase;
  let feed: TroubledFeed;
  let listener: RecordingListener;
  const relays: Relay[] = [];

  const relayOf = (more: { dataSource?: DataSource; feed?: Feed; sweepMs?: number; drainMs?: number } = {}): Relay => {
    const relay = new Relay({ dataSource: keys.dataSource, feed, writer: 'keys', logger, ...more });
    relays.push(relay);
    return relay;
  };
  const put = (id: string, more: { revokedAt?: number } = {}): Promise<number> => stage(keys.dataSource.manager, patRecord(id, more));
  const unpublished = async (): Promise<string[]> =>
    (await keys.dataSource.query<{ subject: string }[]>('SELECT subject FROM outbox WHERE published_version <> version OR NOT published ORDER BY subject')).map((row) => row.subject);

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

  it('publishes what was staged before it started, and what is staged later, and marks it', async () => {
    await put('a');
    await relayOf().start();
    expect(listener.seen).toEqual(['feed.keys.pat.a@1']);
    await put('b');
    await put('a', { revokedAt: 9 });
    await eventually(() => expect(listener.seen.slice(1).sort()).toEqual(['feed.keys.pat.a@2', 'feed.keys.pat.b@1']));
    await eventually(async () => expect(await unpublished()).toEqual([]));
    expect(listener.messages.find(({ version }) => version === 2)?.record).toEqual(patRecord('a', { revokedAt: 9 }));
  });

  verifies('O3', 'tells followers which request wrote what, of each version that was traced, and of no other', async () => {
    const collector = await startCollector();
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.url;
    const tracing = await startTracing('keys', logger);
    try {
      const request = tracing!.span('POST /v1/pats', { kind: 'server' });
      await served.run({ requestId: 'r', span: request }, () => put('a'));
      await put('b');
      const relay = new Relay({ dataSource: keys.dataSource, feed, writer: 'keys', logger, tracing });
      relays.push(relay);
      await relay.start();
      // The version after it is somebody else's doing.
      await put('a', { revokedAt: 9 });
      await eventually(() => expect(listener.seen).toHaveLength(3));
      request.end();
      await tracing?.stop();
      const published = collector.spans.filter(({ kind }) => kind === 'producer');
      expect(published).toMatchObject([{ service: 'latchkey-keys', name: 'publish pat', traceId: request.traceId, parentSpanId: request.traceparent.split('-')[2], failed: false }]);
      const told = new Map(listener.messages.map(({ subject, version, traceparent }) => [`${subject}@${version}`, traceparent]));
      expect(told).toEqual(new Map([['feed.keys.pat.a@1', `00-${request.traceId}-${published[0]!.spanId}-01`], ['feed.keys.pat.b@1', undefined], ['feed.keys.pat.a@2', undefined]]));
      // Statements are seen by the names that we gave them, and by nothing that was asked with them.
      expect(collector.spans.filter(({ kind }) => kind === 'client').map(({ name }) => name)).toEqual(expect.arrayContaining(['outbox-stage-notify', 'outbox-trace']));
      expect(collector.text()).not.toContain('feed.keys.pat');
    } finally {
      delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
      await collector.close();
    }
  });

  it('is woken by the commit itself', async () => {
    await relayOf({ sweepMs: 600_000 }).start();
    // The listening connection may come about after the start; being connected wakes the relay too.
    await eventually(async () => expect(await keys.dataSource.query("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()")).toHaveLength(1));
    await put('a');
    await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@1']));
  });

  it('is told by who commits in the same process, without a notification, for which commits would wait for each other', async () => {
    const relay = relayOf({ sweepMs: 600_000 });
    await relay.start();
    const heard: string[] = [];
    const ear = new pg.Client({ connectionString: keys.database.url });
    await ear.connect();
    ear.on('notification', ({ channel }) => heard.push(channel));
    await ear.query('LISTEN feed_keys');
    const first = (id: string): FirstRecord => firstRecord(patRecord(id));
    const versions = await keys.dataSource.transaction((manager) => Promise.all([stage(manager, patRecord('b')), stageFirst(manager, [first('a'), first('e')])]));
    expect(versions).toEqual([1, undefined]);
    await eventually(() => expect([...listener.seen].sort()).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.b@1', 'feed.keys.pat.e@1']));
    await expect(inTransaction(keys.dataSource, (manager) => stageFirst(manager, [first('f'), first('a')]))).rejects.toThrow('duplicate key');
    // Where nobody of this process would look, those of others are told.
    await relay.stop();
    await inTransaction(keys.dataSource, (manager) => stage(manager, patRecord('c')));
    await inTransaction(keys.dataSource, (manager) => stageFirst(manager, [first('d')]));
    await eventually(() => expect(heard).toEqual(['feed_keys', 'feed_keys']));
    await ear.end();
  });

  it('finds by its sweep what nobody notified it of', async () => {
    await relayOf({ sweepMs: 50 }).start();
    await keys.dataSource.query('INSERT INTO outbox (subject, version, record) VALUES ($1, 1, $2)', ['feed.keys.pat.a', patRecord('a')]);
    await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@1']));
  });

  it('listens again after its connection was cut', async () => {
    await relayOf({ sweepMs: 600_000 }).start();
    const listening = "SELECT pid FROM pg_stat_activity WHERE application_name = 'latchkey-relay' AND query LIKE 'LISTEN%' AND datname = current_database()";
    const [first] = await eventually(async () => {
      const rows = await keys.dataSource.query<{ pid: number }[]>(listening);
      return rows.length === 1 && rows;
    });
    await keys.dataSource.query('SELECT pg_terminate_backend($1)', [first!.pid]);
    await eventually(async () => {
      const rows = await keys.dataSource.query<{ pid: number }[]>(listening);
      expect(rows.map(({ pid }) => pid !== first!.pid)).toEqual([true]);
    });
    await put('a');
    await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@1']));
  });

  it('publishes nothing of a transaction that is rolled back', async () => {
    const relay = relayOf();
    await relay.start();
    await keys.dataSource
      .transaction(async (manager) => {
        await stage(manager, patRecord('a'));
        await relay.drain();
        throw new Error('no');
      })
      .catch(() => undefined);
    await put('b');
    await relay.drain();
    expect(listener.seen).toEqual(['feed.keys.pat.b@1']);
  });

  verifies('G2', 'after a drain, everything committed before it has reached the feed, with two relays at work', async () => {
    const pair = [relayOf(), relayOf({ dataSource: await keys.another() })];
    for (const relay of pair) await relay.start();
    const work = Array.from({ length: 12 }, async (_, worker) => {
      for (let turn = 1; turn <= 8; turn++) {
        const id = `w${worker % 4}`;
        const version = await keys.dataSource.transaction((manager) => stage(manager, patRecord(id)));
        await pair[(worker + turn) % 2]!.drain();
        const highest = Math.max(...listener.messages.filter(({ subject }) => subject === `feed.keys.pat.${id}`).map((message) => message.version));
        expect(highest).toBeGreaterThanOrEqual(version);
      }
    });
    await Promise.all(work);
    expect(await unpublished()).toEqual([]);
    for (const id of ['w0', 'w1', 'w2', 'w3']) {
      const versions = listener.messages.filter(({ subject }) => subject === `feed.keys.pat.${id}`).map(({ version }) => version);
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
      expect(versions.at(-1)).toBe(24);
    }
  }, 30_000);

  it('publishes again, without harm, when the acknowledgement was lost', async () => {
    feed.after = () => Promise.reject(new Error('the acknowledgement was lost'));
    await put('a');
    const relay = relayOf();
    await relay.start();
    expect([listener.seen, await unpublished()]).toEqual([['feed.keys.pat.a@1'], ['feed.keys.pat.a']]);
    feed.after = () => Promise.resolve();
    await eventually(async () => expect(await unpublished()).toEqual([]));
    expect(listener.seen).toEqual(['feed.keys.pat.a@1']);
    expect(feed.published).toBeGreaterThan(1);
  });

  it('publishes again, without harm, when it died between publishing and marking', async () => {
    const other = await keys.another();
    feed.after = () => other.destroy();
    await put('a');
    const doomed = relayOf({ dataSource: other, sweepMs: 600_000 });
    await doomed.start();
    await doomed.stop();
    expect([listener.seen, await unpublished()]).toEqual([['feed.keys.pat.a@1'], ['feed.keys.pat.a']]);
    feed.after = () => Promise.resolve();
    await relayOf().start();
    expect(await unpublished()).toEqual([]);
    expect(listener.seen).toEqual(['feed.keys.pat.a@1']);
  });

  it('marks no version that was staged while an older one was on its way', async () => {
    const relay = relayOf();
    await relay.start();
    feed.after = async () => {
      feed.after = () => Promise.resolve();
      await put('a', { revokedAt: 9 });
    };
    await put('a');
    await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.a@2']));
    await relay.drain();
    expect(await unpublished()).toEqual([]);
  });

  it('marks nothing by the word of a stream that another relay has found replaced', async () => {
    await put('z');
    const slow = relayOf();
    await slow.start();
    const replacement = new TroubledFeed();
    replacement.before = ({ subject }) => (subject === 'feed.keys.pat.a' ? Promise.reject(new Error('not yet')) : Promise.resolve());
    feed.after = async () => {
      const quick = relayOf({ feed: replacement });
      await quick.start();
      await quick.stop();
      feed.away = true;
    };
    await put('a');
    await eventually(() => feed.away);
    await slow.stop();
    replacement.before = () => Promise.resolve();
    await relayOf({ feed: replacement }).start();
    const present = new RecordingListener();
    await replacement.follow('keys', null, present);
    expect(present.seen.sort()).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.z@1']);
  });

  it('publishes everything again to another feed', async () => {
    for (const id of ['a', 'b']) await put(id);
    const first = relayOf();
    await first.start();
    await first.stop();
    const fresh = new InProcessFeed();
    const seen = new RecordingListener();
    await fresh.follow('keys', null, seen);
    await relayOf({ feed: fresh }).start();
    expect(seen.seen.sort()).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.b@1']);
    expect(await unpublished()).toEqual([]);
  });

  it('publishes more than one batch in one drain', async () => {
    for (let index = 0; index < 250; index++) await put(`n${index}`);
    const relay = relayOf({ sweepMs: 600_000, drainMs: 10_000 });
    await relay.start();
    expect(await relay.drain()).toMatchObject({ sequence: 250 });
    expect(listener.messages).toHaveLength(250);
    expect(await unpublished()).toEqual([]);
  });

  it('lets one row that the feed refuses hold up no other', async () => {
    feed.before = (message) => (message.subject === 'feed.keys.pat.bad' ? Promise.reject(new Error('too large')) : Promise.resolve());
    for (const id of ['bad', 'a', 'b']) await put(id);
    const relay = relayOf();
    await relay.start();
    await eventually(async () => expect(await unpublished()).toEqual(['feed.keys.pat.bad']));
    await expect(relay.drain()).rejects.toThrow('too large');
    expect(listener.seen.sort()).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.b@1']);
  });

  it('waits for no row that a transaction holds, and publishes its new state after the commit', async () => {
    const relay = relayOf();
    await relay.start();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    feed.before = () => gate;
    for (const id of ['a', 'b']) await put(id);
    await keys.dataSource.transaction(async (manager) => {
      await stage(manager, patRecord('a', { revokedAt: 7 }));
      release();
      expect(await relay.drain()).toMatchObject({ sequence: 2 });
      expect(await unpublished()).toEqual(['feed.keys.pat.a']);
      // The caller goes on to a row that the drain has just marked: neither waits for the other.
      await stage(manager, patRecord('b', { revokedAt: 7 }));
    });
    await relay.drain();
    expect(listener.seen.sort()).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.a@2', 'feed.keys.pat.b@1', 'feed.keys.pat.b@2']);
    expect(await unpublished()).toEqual([]);
  });

  it('keeps whoever asks for a drain waiting no longer than it says', async () => {
    let release: () => void = () => undefined;
    feed.before = () => new Promise((resolve) => (release = resolve));
    await put('a');
    const relay = relayOf({ drainMs: 100 });
    await relay.start();
    await expect(relay.drain()).rejects.toThrow('within 100 ms');
    feed.before = () => Promise.resolve();
    release();
    await eventually(() => relay.drain());
    expect(listener.seen).toEqual(['feed.keys.pat.a@1']);
  });

  it('logs an outage once when it begins and once when it is over', async () => {
    const lines: string[] = [];
    const recording = createLogger('relay-test', 'info', { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) });
    feed.before = () => Promise.reject(new Error('away'));
    const attempts = (): number => feed.published;
    await put('a');
    const relay = new Relay({ dataSource: keys.dataSource, feed, writer: 'keys', logger: recording });
    relays.push(relay);
    await relay.start();
    await eventually(() => attempts() >= 4);
    feed.before = () => Promise.resolve();
    await eventually(() => expect(lines).toContain('the outbox is published again'));
    expect(lines.filter((line) => line.includes('cannot be published'))).toHaveLength(1);
  });

  verifies('G2', 'what a restored database says anew prevails over what the stream knows of the future that was lost', async () => {
    await feed.prepare('keys');
    await feed.publish('keys', messageOf(patRecord('higher'), 9));
    await feed.publish('keys', messageOf(patRecord('equal'), 2));
    await put('higher', { revokedAt: 9 });
    await put('equal');
    await put('equal', { revokedAt: 9 });
    const relay = relayOf();
    await relay.start();
    expect(await unpublished()).toEqual([]);
    const present = new RecordingListener();
    await feed.follow('keys', null, present);
    expect(present.messages.map(({ subject, version, record }) => [subject, version, record.kind === 'pat' && record.revokedAt]).sort()).toEqual([
      ['feed.keys.pat.equal', 3, 9],
      ['feed.keys.pat.higher', 10, 9],
    ]);
    const { digest } = await relay.fence();
    const held = new ShardedDigest();
    for (const { subject, version } of present.messages) held.replace(subject, 0, version);
    expect(digest).toBe(held.total);
    expect(await put('equal')).toBe(4);
  });

  verifies('G2', 'what the stream knows to have ended is brought back by nobody but who says so, whatever asks for it, and keeps nothing else from going out', async () => {
    await feed.prepare('keys');
    await feed.publish('keys', messageOf(patRecord('ended', { revokedAt: 9 }), 2));
    await put('ended');
    await put('other');
    const relay = relayOf();
    await relay.start();
    const stream = async (): Promise<unknown[]> => {
      const present = new RecordingListener();
      await (await feed.follow('keys', null, present)).stop();
      return present.messages.map(({ subject, version, record }) => [subject, version, record.kind === 'pat' && record.revokedAt]).sort();
    };
    const asItWas = [['feed.keys.pat.ended', 2, 9], ['feed.keys.pat.other', 1, null]];
    // Nobody has a proof meanwhile: a fence would vouch for a database that is older than the stream.
    await expect(relay.fence()).rejects.toThrow('restored:keys');
    expect(await relay.repair()).toBe(true);
    await expect(relay.drain()).rejects.toThrow('feed.keys.pat.ended');
    await eventually(async () => expect(await stream()).toEqual(asItWas));
    await put('third');
    await eventually(async () => expect(await stream()).toEqual([...asItWas, ['feed.keys.pat.third', 1, null]]));

    await new Relay({ dataSource: keys.dataSource, feed, writer: 'keys', logger, revive: true }).drain();
    expect(await stream()).toEqual([['feed.keys.pat.ended', 3, null], ['feed.keys.pat.other', 1, null], ['feed.keys.pat.third', 1, null]]);
    await relay.fence();
  });

  it('finds what is to go out behind any number of those that it leaves alone', async () => {
    await feed.prepare('keys');
    const many = Array.from({ length: 700 }, (_, at) => `ended-${at}`);
    for (const id of many) await feed.publish('keys', messageOf(patRecord(id, { revokedAt: 9 }), 2));
    await keys.dataSource.transaction((manager) => stageFirst(manager, many.map((id) => firstRecord(patRecord(id)))));
    await put('other');
    await expect(new Relay({ dataSource: keys.dataSource, feed, writer: 'keys', logger }).drain()).rejects.toThrow('700 of what lives here');
    expect(listener.seen).toContain('feed.keys.pat.other@1');
  });

  it('leaves a newer version alone that another relay has published meanwhile', async () => {
    const relay = relayOf({ sweepMs: 600_000 });
    await relay.start();
    feed.before = async ({ version }) => {
      if (version !== 1) return;
      feed.before = () => Promise.resolve();
      await put('a', { revokedAt: 9 });
      await feed.publish('keys', messageOf(patRecord('a', { revokedAt: 9 }), 2));
    };
    await put('a');
    await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@2']));
    await relay.drain();
    expect(listener.seen).toEqual(['feed.keys.pat.a@2']);
    expect(await unpublished()).toEqual([]);
  });
});
