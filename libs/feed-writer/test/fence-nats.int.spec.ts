import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NatsFeed, ShardedDigest, UnansweredError, type FenceAnswer } from '@latchkey/feed';
import { patRecord, RecordingListener } from '@latchkey/feed/testing';
import { createLogger } from '@latchkey/telemetry';
import { eventually, freePort, startNats, type TestNats, verifies } from '@latchkey/testing';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { FenceResponder, Relay, stage } from '../src/index.ts';
import { outboxDatabase, type OutboxDatabase } from './outbox-database.ts';

const patient = { timeoutMs: 20_000 };

describe('a fence on NATS', () => {
  let keys: OutboxDatabase;
  let directory: string;
  let port: number;
  let server: TestNats;
  let feed: NatsFeed;
  let gateway: NatsFeed;
  let relay: Relay;
  let responder: FenceResponder;
  let operator: NatsConnection;
  let streams: JetStreamManager['streams'];
  let lines: string[];

  const storeDir = (): string => join(directory, 'store');
  const start = async (): Promise<void> => {
    server = await startNats({ storeDir: storeDir(), port });
  };
  const startWriter = async (sweepMs = 250): Promise<void> => {
    const logger = createLogger('fence-test', 'info', { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) });
    relay = new Relay({ dataSource: keys.dataSource, feed, writer: 'keys', logger, sweepMs });
    await relay.start();
    responder = new FenceResponder({ feed, writer: 'keys', relay, logger });
    await responder.start();
  };
  const stopWriter = async (): Promise<void> => {
    await responder.stop();
    await relay.stop();
  };

  beforeEach(async () => {
    lines = [];
    keys = await outboxDatabase();
    directory = mkdtempSync(join(tmpdir(), 'latchkey-nats-'));
    port = await freePort();
    await start();
    const logger = createLogger('fence-test', 'silent');
    feed = await NatsFeed.connect({ servers: server.url, name: 'writer', logger });
    gateway = await NatsFeed.connect({ servers: server.url, name: 'gateway', logger });
    operator = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    streams = (await jetstreamManager(operator)).streams;
    await startWriter();
  }, 30_000);
  afterEach(async () => {
    server.resume();
    await stopWriter();
    for (const each of [feed, gateway]) await each.close();
    await operator.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
    await keys.stop();
  }, 30_000);

  const put = (id: string, more: { revokedAt?: number } = {}): Promise<number> => stage(keys.dataSource.manager, patRecord(id, more));
  const fence = (): Promise<FenceAnswer> => eventually(() => gateway.fence('keys', 2000), patient);
  const generation = (answer: FenceAnswer): number => Number(answer.epoch.split('#')[1]);
  /** What a gateway holds that reads the stream now, and its digest. */
  const present = async (): Promise<{ held: string[]; digest: string }> => {
    const listener = new RecordingListener();
    const { sequence } = await gateway.position('keys');
    const subscription = await gateway.follow('keys', null, listener);
    await eventually(() => subscription.applied >= sequence);
    await subscription.stop();
    const digest = new ShardedDigest();
    for (const { subject, version } of listener.messages) digest.replace(subject, 0, version);
    return { held: listener.seen.map((seen) => seen.replace('feed.keys.pat.', '')).sort(), digest: digest.total };
  };

  it('crosses it, and agrees with what the stream holds', async () => {
    for (const id of ['a', 'b', 'a']) await put(id);
    const answer = await gateway.fence('keys', 5000);
    expect(answer.epoch).toMatch(/^FEED_KEYS\/.+#\d+$/);
    expect(await present()).toEqual({ held: ['a@2', 'b@1'], digest: answer.digest });
    expect(answer.sequence).toBe((await gateway.position('keys')).sequence);
    expect((await gateway.shards('keys', 5000)).shards).toHaveLength(256);
  });

  for (const [how, lose] of [
    ['deleted', () => streams.delete('FEED_KEYS')],
    ['emptied', () => streams.purge('FEED_KEYS')],
    ['robbed of one message', () => streams.purge('FEED_KEYS', { filter: 'feed.keys.pat.b' })],
    [
      'lost with the store of its server',
      async () => {
        await server.kill();
        rmSync(storeDir(), { recursive: true, force: true });
        await start();
      },
    ],
  ] as const) {
    verifies('G2', `shows a new generation, and the whole truth again, after the stream was ${how}`, async () => {
      for (const id of ['a', 'b', 'c']) await put(id);
      const before = await fence();
      await lose();
      const after = await fence();
      expect(generation(after)).toBeGreaterThan(generation(before));
      expect(after.digest).toBe(before.digest);
      expect(await present()).toEqual({ held: ['a@1', 'b@1', 'c@1'], digest: after.digest });
    }, 60_000);
  }

  /** Puts the server back to an earlier copy of its store, as a restored disk does. */
  const rollBack = async (meanwhile: () => Promise<void>): Promise<void> => {
    await server.stop();
    cpSync(storeDir(), join(directory, 'copy'), { recursive: true });
    await start();
    await meanwhile();
    await server.kill();
    rmSync(storeDir(), { recursive: true, force: true });
    cpSync(join(directory, 'copy'), storeDir(), { recursive: true });
  };

  verifies('G2', 'shows a new generation after the store was rolled back', async () => {
    await put('a');
    await fence();
    let before: FenceAnswer | undefined;
    await rollBack(async () => {
      await put('a', { revokedAt: 9 });
      before = await fence();
    });
    await start();
    const after = await fence();
    expect(generation(after)).toBe(generation(before!) + 1);
    expect(await present()).toEqual({ held: ['a@2'], digest: after.digest });
    expect(lines).toContain('the stream lacks what was published; everything is published again');
  }, 60_000);

  verifies('G2', 'shows a new generation after the store was rolled back and grew past its old end in one batch', async () => {
    for (const id of ['a', 'b']) await put(id);
    await fence();
    let before: FenceAnswer | undefined;
    await rollBack(async () => {
      await put('a', { revokedAt: 9 });
      await put('b', { revokedAt: 9 });
      before = await fence();
    });
    // Staged while nothing can be published: the relay goes straight to it when the server is back, and passes the old end.
    await keys.dataSource.transaction(async (manager) => {
      for (let index = 10; index < 40; index++) await stage(manager, patRecord(`n${index}`));
    });
    await start();
    const after = await fence();
    expect(generation(after)).toBe(generation(before!) + 1);
    expect((await present()).held.slice(0, 2)).toEqual(['a@2', 'b@2']);
    expect((await present()).digest).toBe(after.digest);
    expect(lines).toContain('the stream has run backwards; everything is published again');
  }, 60_000);

  verifies('G2', 'gets no answer while NATS is frozen, and a revocation is committed all the same', async () => {
    await put('a');
    await fence();
    server.freeze();
    const startedAt = performance.now();
    const failure = await gateway.fence('keys', 500).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnansweredError);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    const revokedAt = performance.now();
    expect(await put('a', { revokedAt: 9 })).toBe(2);
    expect(performance.now() - revokedAt).toBeLessThan(1000);
    server.resume();
    const after = await fence();
    expect(await present()).toEqual({ held: ['a@2'], digest: after.digest });
  }, 60_000);

  verifies('G2', 'is refused at once while the connection is gone, and answered when it is back', async () => {
    await put('a');
    const before = await fence();
    await server.kill();
    await eventually(async () => expect(await gateway.fence('keys', 5000).catch((error: unknown) => error)).toMatchObject({ reason: 'away' }));
    expect(await put('a', { revokedAt: 9 })).toBe(2);
    await start();
    const after = await fence();
    expect(generation(after)).toBe(generation(before));
    expect(await present()).toEqual({ held: ['a@2'], digest: after.digest });
  }, 60_000);

  verifies('G2', 'is answered by one of two writers, both with the truth', async () => {
    const other = await NatsFeed.connect({ servers: server.url, name: 'writer-2', logger: createLogger('fence-test', 'silent') });
    const second = new Relay({ dataSource: await keys.another(), feed: other, writer: 'keys', logger: createLogger('fence-test', 'silent') });
    await second.start();
    const answering = new FenceResponder({ feed: other, writer: 'keys', relay: second, logger: createLogger('fence-test', 'silent') });
    await answering.start();
    const own = jest.spyOn(relay, 'fence');
    const theirs = jest.spyOn(second, 'fence');
    await eventually(async () => {
      await put('a');
      const { digest } = await gateway.fence('keys', 5000);
      expect(digest).toBe((await present()).digest);
      expect([own, theirs].every((spy) => spy.mock.calls.length > 0)).toBe(true);
    }, patient);
    await answering.stop();
    await second.stop();
    await other.close();
  }, 60_000);
});
