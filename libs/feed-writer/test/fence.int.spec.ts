import { randomInt } from 'node:crypto';
import { ShardedDigest, UnansweredError, type FenceAnswer } from '@latchkey/feed';
import { messageOf, patRecord, RecordingListener } from '@latchkey/feed/testing';
import { createLogger } from '@latchkey/telemetry';
import { eventually, verifies } from '@latchkey/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { FenceResponder, Relay, stage, type RelayOptions } from '../src/index.ts';
import { countQueries } from './counted-queries.ts';
import { outboxDatabase, type OutboxDatabase } from './outbox-database.ts';
import { TroubledFeed } from './troubled-feed.ts';

const logger = createLogger('fence-test', 'silent');

describe('a fence', () => {
  let keys: OutboxDatabase;
  let feed: TroubledFeed;
  let listener: RecordingListener;
  const relays: Relay[] = [];
  const responders: FenceResponder[] = [];

  const startRelay = async (more: Partial<RelayOptions> = {}): Promise<Relay> => {
    const relay = new Relay({ dataSource: keys.dataSource, feed, writer: 'keys', logger, ...more });
    relays.push(relay);
    await relay.start();
    return relay;
  };
  const answerBy = async (relay: Relay): Promise<void> => {
    const responder = new FenceResponder({ feed, writer: 'keys', relay, logger });
    responders.push(responder);
    await responder.start();
  };
  const put = (id: string, more: { revokedAt?: number } = {}): Promise<number> => stage(keys.dataSource.manager, patRecord(id, more));
  const versions = async (): Promise<Map<string, number>> => {
    const rows = await keys.dataSource.query<{ subject: string; version: string }[]>('SELECT subject, version FROM outbox');
    return new Map(rows.map(({ subject, version }) => [subject, Number(version)]));
  };
  const digestOfVersions = (held: ReadonlyMap<string, number>): ShardedDigest => {
    const digest = new ShardedDigest();
    for (const [subject, version] of held) digest.replace(subject, 0, version);
    return digest;
  };
  /** What a gateway holds that has applied the stream up to `sequence`. */
  const heldAt = (sequence: number): Map<string, number> =>
    new Map(listener.messages.filter((message) => message.sequence <= sequence).map(({ subject, version }) => [subject, version]));

  beforeEach(async () => {
    keys = await outboxDatabase();
    feed = new TroubledFeed();
    listener = new RecordingListener();
    await feed.follow('keys', null, listener);
  });
  afterEach(async () => {
    for (const responder of responders.splice(0)) await responder.stop();
    for (const relay of relays.splice(0)) await relay.stop();
    await keys.stop();
  });

  it('is answered with epoch, generation, sequence and digest', async () => {
    const relay = await startRelay();
    await answerBy(relay);
    await put('a');
    await put('a', { revokedAt: 9 });
    await put('b');
    const { epoch, sequence } = await relay.drain();
    const digest = digestOfVersions(new Map([['feed.keys.pat.a', 2], ['feed.keys.pat.b', 1]]));
    expect(await feed.fence('keys', 5000)).toEqual({ epoch: `${epoch}#2`, sequence, digest: digest.total });
    expect(await feed.shards('keys', 5000)).toEqual({ epoch: `${epoch}#2`, sequence, shards: digest.shards() });
  });

  it('of a feed on which nothing was ever published has a digest of zero', async () => {
    await answerBy(await startRelay());
    expect(await feed.fence('keys', 5000)).toMatchObject({ sequence: 0, digest: '0'.repeat(64) });
  });

  it('shows the digest of what is published, through any history: Postgres and TypeScript compute the same', async () => {
    const relay = await startRelay({ sweepMs: 600_000 });
    const id = fc.oneof(fc.integer({ min: 0, max: 8 }).map((n) => `k${n}`), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }));
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ put: id }) },
      { weight: 2, arbitrary: fc.constant('drain' as const) },
      { weight: 1, arbitrary: fc.constant('replace' as const) },
      { weight: 1, arbitrary: fc.constant('lose' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 15 }), async (steps) => {
        for (const each of steps) {
          if (each === 'drain') await relay.drain().catch(() => undefined);
          else if (each === 'replace') feed.replace();
          else if (each === 'lose') feed.after = () => Promise.reject(new Error('lost'));
          else await stage(keys.dataSource.manager, patRecord(each.put, { hash: 'h'.repeat(43) }));
        }
        feed.after = () => Promise.resolve();
        const answer = await eventually(() => relay.fence());
        const digest = digestOfVersions(await versions());
        expect(answer.digest).toBe(digest.total);
        expect(digest.differences((await relay.shards()).shards)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  verifies('G2', 'is answered only when everything committed before it is on the stream, by a pair that agrees with the stream there, under load', async () => {
    const pair = [await startRelay(), await startRelay({ dataSource: await keys.another() })];
    const committed = new Map<string, number>();
    let busy = true;
    const write = async (): Promise<void> => {
      while (busy) {
        const id = `k${randomInt(30)}`;
        const version = await put(id);
        const subject = `feed.keys.pat.${id}`;
        committed.set(subject, Math.max(version, committed.get(subject) ?? 0));
      }
    };
    const answers: FenceAnswer[] = [];
    const ask = async (relay: Relay): Promise<void> => {
      for (let turn = 0; turn < 12; turn++) {
        const before = new Map(committed);
        const answer = await relay.fence();
        const held = heldAt(answer.sequence);
        for (const [subject, version] of before) expect(held.get(subject) ?? 0).toBeGreaterThanOrEqual(version);
        answers.push(answer);
      }
    };
    const writing = [write(), write(), write(), write()];
    try {
      await Promise.all([ask(pair[0]!), ask(pair[1]!), ask(pair[0]!)]);
    } finally {
      busy = false;
      await Promise.all(writing);
    }
    expect(new Set(answers.map(({ epoch }) => epoch)).size).toBe(1);
    expect(listener.messages.length).toBeGreaterThan(100);
    for (const { sequence, digest } of answers) expect([sequence, digest]).toEqual([sequence, digestOfVersions(heldAt(sequence)).total]);
  }, 60_000);

  it('waits for no transaction that holds a row, and counts what the feed has of it', async () => {
    const relay = await startRelay();
    await put('z');
    await relay.drain();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    feed.before = () => gate;
    await put('a');
    await put('z');
    await keys.dataSource.transaction(async (manager) => {
      await stage(manager, patRecord('a'));
      await stage(manager, patRecord('z'));
      release();
      const { sequence, digest } = await relay.fence();
      expect(Object.fromEntries(heldAt(sequence))).toEqual({ 'feed.keys.pat.a': 1, 'feed.keys.pat.z': 2 });
      expect(digest).toBe(digestOfVersions(heldAt(sequence)).total);
    });
    const after = await relay.fence();
    expect(after.digest).toBe(digestOfVersions(await versions()).total);
  }, 30_000);

  verifies('G2', 'costs five looks at the database a second, however many gateways ask', async () => {
    const relay = await startRelay();
    await answerBy(relay);
    await feed.fence('keys', 5000);
    const statements = countQueries(keys.dataSource);
    const startedAt = performance.now();
    const asked: Promise<FenceAnswer>[] = [];
    for (let round = 0; round < 8; round++) {
      for (let gateway = 0; gateway < 1000; gateway++) asked.push(feed.fence('keys', 5000));
      await asked[asked.length - 1];
    }
    await Promise.all(asked);
    const seconds = (performance.now() - startedAt) / 1000;
    expect(seconds).toBeGreaterThan(1);
    expect(statements.length).toBeGreaterThan(0);
    expect(statements.length).toBeLessThanOrEqual(Math.ceil(seconds * 5) + 1);
  }, 30_000);

  verifies('G2', 'gets no answer while the feed is away, and a revocation is committed all the same', async () => {
    const relay = await startRelay({ drainMs: 300 });
    await answerBy(relay);
    await put('a');
    await feed.fence('keys', 5000);
    feed.away = true;
    expect(await put('a', { revokedAt: 7 })).toBe(2);
    const failure = await feed.fence('keys', 5000).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnansweredError);
    expect(failure).toMatchObject({ reason: 'refused' });
    feed.away = false;
    const { sequence, digest } = await eventually(() => feed.fence('keys', 5000));
    expect(heldAt(sequence).get('feed.keys.pat.a')).toBe(2);
    expect(digest).toBe(digestOfVersions(heldAt(sequence)).total);
  }, 30_000);

  it('shows a new generation when a repair is asked for, which happens once a minute at most', async () => {
    const relay = await startRelay();
    await answerBy(relay);
    for (const id of ['a', 'b']) await put(id);
    const before = await feed.fence('keys', 5000);
    const published = feed.published;
    expect(await feed.repair('keys', 5000)).toEqual({ started: true });
    expect(await feed.repair('keys', 5000)).toEqual({ started: false });
    const after = await feed.fence('keys', 5000);
    expect(after).toEqual({ ...before, epoch: before.epoch.replace('#2', '#3') });
    expect(feed.published).toBe(published + 2);
    await keys.dataSource.query("UPDATE feed_epoch SET repaired_at = repaired_at - interval '61 seconds'");
    expect(await feed.repair('keys', 5000)).toEqual({ started: true });
  });

  it('has changes published before what is only repeated', async () => {
    for (let index = 0; index < 300; index++) await put(`n${index}`);
    const relay = await startRelay({ sweepMs: 600_000 });
    expect(listener.messages).toHaveLength(300);
    const sent: string[] = [];
    feed.before = ({ subject, version }) => Promise.resolve(void sent.push(`${subject}@${version}`));
    await relay.repair();
    await keys.dataSource.transaction((manager) => stage(manager, patRecord('n7', { revokedAt: 9 })));
    await relay.drain();
    await eventually(() => expect(sent.length).toBeGreaterThanOrEqual(300));
    expect(sent.indexOf('feed.keys.pat.n7@2')).toBeGreaterThanOrEqual(0);
    expect(sent.indexOf('feed.keys.pat.n7@2')).toBeLessThan(200);
  });

  it('never shows a digest that somebody has spoilt before the relay began', async () => {
    for (const id of ['a', 'b', 'c']) await put(id);
    const first = await startRelay();
    const before = await first.fence();
    await first.stop();
    await keys.dataSource.query("UPDATE feed_digest SET digest = ~digest, subjects = subjects + 1 WHERE shard = 3");
    const lines: string[] = [];
    const recording = createLogger('fence-test', 'info', { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) });
    const second = await startRelay({ logger: recording });
    expect(await second.fence()).toEqual(before);
    expect(lines).toContain('the digest was not that of the outbox; it was computed anew');
  });

  it('is compared with nothing but the truth: two relays that start together repair one digest', async () => {
    for (let index = 0; index < 20; index++) await put(`n${index}`);
    await (await startRelay()).drain();
    await relays.splice(0)[0]!.stop();
    await keys.dataSource.query("UPDATE feed_digest SET digest = ~digest");
    const others: DataSource[] = [await keys.another(), await keys.another()];
    const pair = await Promise.all(others.map((dataSource) => startRelay({ dataSource })));
    for (let index = 0; index < 20; index++) await put(`n${index}`);
    const expected = digestOfVersions(await versions()).total;
    for (const relay of pair) expect((await relay.fence()).digest).toBe(expected);
  });

  it('tells a stream that lacks messages from a whole one, by their number', async () => {
    const relay = await startRelay();
    for (const id of ['a', 'b']) await put(id);
    const before = await relay.fence();
    const whole = feed.position.bind(feed);
    let lost = true;
    feed.position = async (writer) => {
      const state = await whole(writer);
      if (!lost) return state;
      lost = false;
      return { ...state, messages: 1 };
    };
    const after = await relay.fence();
    expect(after).toEqual({ ...before, epoch: before.epoch.replace('#2', '#3') });
  });

  it('leaves alone what a stranger published, and shows that it is no part of the truth', async () => {
    const relay = await startRelay();
    await put('a');
    await relay.drain();
    await feed.publish('keys', messageOf(patRecord('forged')));
    await put('b');
    const { sequence, digest } = await relay.fence();
    expect(digest).toBe(digestOfVersions(await versions()).total);
    expect(digest).not.toBe(digestOfVersions(heldAt(sequence)).total);
  });
});
