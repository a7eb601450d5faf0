import { randomInt } from 'node:crypto';
import { patRecord, RecordingListener } from '@latchkey/feed/testing';
import { createLogger } from '@latchkey/telemetry';
import { eventually, verifies } from '@latchkey/testing';
import { Relay, stage } from '../src/index.ts';
import { outboxDatabase, type OutboxDatabase } from './outbox-database.ts';
import { TroubledFeed } from './troubled-feed.ts';

/** Mulberry32: the same seed, the same events. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const logger = createLogger('simulation', 'silent');
const seed = Number(process.env.SIMULATION_SEED ?? randomInt(2 ** 31));

describe(`the outbox through random trouble (SIMULATION_SEED=${seed})`, () => {
  let keys: OutboxDatabase;
  const relays: Relay[] = [];

  beforeAll(async () => {
    keys = await outboxDatabase();
  });
  afterAll(async () => {
    for (const relay of relays) await relay.stop();
    await keys.stop();
  });

  verifies('G2', 'ends with the feed holding what Postgres holds, and never goes back a version on the way', async () => {
    const next = random(seed);
    const feed = new TroubledFeed();
    const other = await keys.another();
    const start = (index: number): Relay => {
      const relay = new Relay({ dataSource: index === 0 ? keys.dataSource : other, feed, writer: 'keys', logger, sweepMs: 20, drainMs: 500 });
      relays[index] = relay;
      return relay;
    };
    const followers: RecordingListener[] = [];
    const follow = async (): Promise<void> => {
      const listener = new RecordingListener();
      followers.push(listener);
      await feed.follow('keys', null, listener);
    };
    const failing = (share: number): (() => Promise<void>) => () => (next() < share ? Promise.reject(new Error('trouble')) : Promise.resolve());
    const write = async (): Promise<void> => {
      const ids = [...new Set(Array.from({ length: 1 + Math.floor(next() * 3) }, () => `k${Math.floor(next() * 6)}`))].sort();
      const rollback = next() < 0.2;
      await keys.dataSource
        .transaction(async (manager) => {
          for (const id of ids) await stage(manager, patRecord(id));
          if (rollback) throw new Error('rollback');
        })
        .catch(() => undefined);
    };
    const events = [
      ...Array.from({ length: 6 }, () => write),
      () => Promise.all([write(), write(), write()]),
      () => relays[Math.floor(next() * 2)]?.drain().catch(() => undefined),
      () => void (feed.before = failing(0.3)),
      () => void (feed.after = failing(0.3)),
      () => void (feed.before = feed.after = failing(0)),
      () => void (feed.away = next() < 0.5),
      async () => {
        feed.replace();
        await follow();
      },
      async () => {
        const index = Math.floor(next() * 2);
        await relays[index]?.stop();
        await start(index).start();
      },
    ];

    await follow();
    for (const index of [0, 1]) await start(index).start();
    for (let turn = 0; turn < 150; turn++) await events[Math.floor(next() * events.length)]!();

    feed.before = feed.after = () => Promise.resolve();
    feed.away = false;
    await eventually(() => relays[0]!.drain());
    const present = new RecordingListener();
    await feed.follow('keys', null, present);
    const rows = await keys.dataSource.query<{ seen: string }[]>("SELECT subject || '@' || version AS seen FROM outbox ORDER BY subject");
    expect(rows.length).toBeGreaterThan(0);
    expect(present.seen.sort()).toEqual(rows.map(({ seen }) => seen));
    expect(await keys.dataSource.query('SELECT 1 FROM outbox WHERE NOT published')).toEqual([]);
    for (const { messages } of followers) {
      const highest = new Map<string, number>();
      for (const { subject, version } of messages) {
        expect(version).toBeGreaterThan(highest.get(subject) ?? 0);
        highest.set(subject, version);
      }
    }
  }, 60_000);
});
