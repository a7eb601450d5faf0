import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NatsFeed } from '@latchkey/feed';
import { patRecord, RecordingListener } from '@latchkey/feed/testing';
import { createLogger } from '@latchkey/telemetry';
import { eventually, freePort, startNats, type TestNats, verifies } from '@latchkey/testing';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { announceRestore, Relay, stage } from '../src/index.ts';
import { outboxDatabase, type OutboxDatabase } from './outbox-database.ts';

const logger = createLogger('relay-test', 'silent');
const patient = { timeoutMs: 20_000 };

describe('the relay on NATS', () => {
  let keys: OutboxDatabase;
  let storeDir: string;
  let port: number;
  let server: TestNats;
  let feed: NatsFeed;
  let relay: Relay;
  let operator: NatsConnection;
  let streams: JetStreamManager['streams'];

  beforeEach(async () => {
    keys = await outboxDatabase();
    storeDir = mkdtempSync(join(tmpdir(), 'latchkey-nats-'));
    port = await freePort();
    server = await startNats({ storeDir, port });
    feed = await NatsFeed.connect({ servers: server.url, name: 'relay-test', logger });
    operator = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    streams = (await jetstreamManager(operator)).streams;
    relay = new Relay({ dataSource: keys.dataSource, feed, writer: 'keys', logger });
    await relay.start();
  }, 30_000);
  afterEach(async () => {
    server.resume();
    await relay.stop();
    await feed.close();
    await operator.close();
    await server.stop();
    rmSync(storeDir, { recursive: true, force: true });
    await keys.stop();
  }, 30_000);

  const put = (id: string, more: { revokedAt?: number } = {}): Promise<number> => stage(keys.dataSource.manager, patRecord(id, more));
  /** What a gateway that starts now would learn: `<id>@<version>`. */
  const present = async (): Promise<string[]> => {
    const listener = new RecordingListener();
    const { sequence } = await feed.position('keys');
    const subscription = await feed.follow('keys', null, listener);
    await eventually(() => subscription.applied >= sequence);
    await subscription.stop();
    return listener.seen.map((seen) => seen.replace('feed.keys.pat.', '')).sort();
  };

  it('replaces what it has published without asking the stream what that was', async () => {
    for (const id of ['a', 'b']) await put(id);
    await relay.drain();
    let asked = 0;
    operator.subscribe('$JS.API.STREAM.MSG.GET.FEED_KEYS', { callback: () => void (asked += 1) });
    await operator.flush();
    // One after the other: a row that is staged at the moment of its mark stays unmarked, and then the stream is asked.
    for (const revokedAt of [3, 2, 1]) {
      await put('a', { revokedAt });
      await relay.drain();
    }
    expect(await present()).toEqual(['a@4', 'b@1']);
    await operator.flush();
    expect(asked).toBe(0);
    // Somebody has been there since: that is found out.
    await feed.publish('keys', { subject: 'feed.keys.pat.b', version: 7, record: patRecord('b') });
    await put('b', { revokedAt: 3 });
    await relay.drain();
    expect(await present()).toEqual(['a@4', 'b@8']);
    expect(asked).toBeGreaterThan(0);
  });

  it('publishes what is committed', async () => {
    await put('a');
    await put('a', { revokedAt: 3 });
    expect(await relay.drain()).toMatchObject({ epoch: expect.stringMatching(/^FEED_KEYS\//) as string });
    expect(await present()).toEqual(['a@2']);
  });

  verifies('G2', 'what is staged while NATS is frozen is published when it thaws', async () => {
    server.freeze();
    await put('a');
    await expect(relay.drain()).rejects.toThrow();
    server.resume();
    await eventually(() => relay.drain(), patient);
    expect(await present()).toEqual(['a@1']);
  }, 60_000);

  verifies('G2', 'what is staged while NATS is dead is published when it lives again', async () => {
    await put('a');
    await relay.drain();
    await server.kill();
    await put('a', { revokedAt: 3 });
    await put('b');
    await expect(relay.drain()).rejects.toThrow();
    server = await startNats({ storeDir, port });
    await eventually(() => relay.drain(), patient);
    expect(await present()).toEqual(['a@2', 'b@1']);
  }, 60_000);

  verifies('G2', 'a service starts while NATS is away, and publishes once it is back', async () => {
    await relay.stop();
    await server.kill();
    await put('a');
    relay = new Relay({ dataSource: keys.dataSource, feed, writer: 'keys', logger });
    await relay.start();
    server = await startNats({ storeDir, port });
    await eventually(async () => expect(await present()).toEqual(['a@1']), patient);
  }, 60_000);

  for (const [how, wipe] of [
    ['deleted', () => streams.delete('FEED_KEYS')],
    ['emptied', () => streams.purge('FEED_KEYS')],
  ] as const) {
    verifies('G2', `everything is published again when the stream is ${how} while the relay runs`, async () => {
      for (const id of ['a', 'b']) await put(id);
      await relay.drain();
      await wipe();
      await eventually(async () => expect(await present()).toEqual(['a@1', 'b@1']), patient);
    }, 60_000);

    verifies('G2', `everything is published again when the stream was ${how} while no relay ran`, async () => {
      for (const id of ['a', 'b']) await put(id);
      await relay.drain();
      await relay.stop();
      await wipe();
      relay = new Relay({ dataSource: keys.dataSource, feed, writer: 'keys', logger });
      await relay.start();
      expect(await present()).toEqual(['a@1', 'b@1']);
    }, 60_000);
  }

  verifies('G2', 'everything is published again when the server comes back without its store', async () => {
    for (const id of ['a', 'b']) await put(id);
    await relay.drain();
    await server.kill();
    rmSync(storeDir, { recursive: true, force: true });
    server = await startNats({ storeDir, port });
    await eventually(async () => expect(await present()).toEqual(['a@1', 'b@1']), patient);
  }, 60_000);

  verifies('O4', 'after an older database was restored, the feed says what that says, and nothing else', async () => {
    const replica = new RecordingListener();
    const subscription = await feed.follow('keys', null, replica);
    for (const id of ['kept', 'ended', 'changed']) await put(id);
    await relay.drain();
    const query = <T>(text: string): Promise<T[]> => keys.dataSource.query<T[]>(text);
    for (const table of ['outbox', 'feed_epoch', 'feed_digest']) await query(`CREATE TABLE backup_${table} AS TABLE ${table}`);
    const [before] = await query<{ generation: string }>('SELECT generation FROM feed_epoch');
    await put('lost');
    await put('ended', { revokedAt: 3 });
    await put('changed');
    await relay.repair();
    await relay.drain();
    expect(await present()).toEqual(['changed@2', 'ended@2', 'kept@1', 'lost@1']);
    await relay.stop();
    for (const table of ['outbox', 'feed_epoch', 'feed_digest']) await query(`TRUNCATE ${table}`).then(() => query(`INSERT INTO ${table} SELECT * FROM backup_${table}`));

    // The relay alone changes nothing: the stream holds what is newer than all that it has.
    relay = new Relay({ dataSource: keys.dataSource, feed, writer: 'keys', logger });
    await relay.start();
    expect(await present()).toContain('lost@1');
    const report = await announceRestore({ dataSource: keys.dataSource, feed, writer: 'keys', logger });
    expect(report).toEqual({ subjects: 3, forgotten: ['feed.keys.pat.lost'], revived: ['feed.keys.pat.ended'] });
    const [kept, ended, changed] = ['kept', 'ended', 'changed'].map((id) => `feed.keys.pat.${id}`);
    const fresh = new RecordingListener();
    const following = await feed.follow('keys', null, fresh);
    const { sequence } = await feed.position('keys');
    await eventually(() => following.applied >= sequence);
    expect(fresh.seen.sort()).toEqual([`${changed}@3`, `${ended}@3`, `${kept}@1`]);
    expect(following.invalid).toBe(0);
    const stored = await streams.getMessage('FEED_KEYS', { last_by_subj: ended ?? '' });
    expect(stored?.json()).toMatchObject({ record: { revokedAt: null } });
    // A number that the lost time, which began generations too, cannot have reached.
    const [after] = await query<{ generation: string }>('SELECT generation FROM feed_epoch');
    expect(Number(after?.generation)).toBeGreaterThan(Number(before?.generation) + 1000);

    // Once more is no harm, and what was forgotten may come back.
    expect(await announceRestore({ dataSource: keys.dataSource, feed, writer: 'keys', logger })).toEqual({ subjects: 3, forgotten: [], revived: [] });
    await put('lost');
    await relay.drain();
    expect(await present()).toContain('lost@1');
    await following.stop();
    await subscription.stop();
  }, 60_000);

  it('stores each version once, with two relays at work', async () => {
    const other = await NatsFeed.connect({ servers: server.url, name: 'relay-test-2', logger });
    const second = new Relay({ dataSource: await keys.another(), feed: other, writer: 'keys', logger });
    await second.start();
    for (let index = 0; index < 200; index++) await put(`n${index}`);
    await Promise.all([relay.drain(), second.drain()]);
    expect(await feed.position('keys')).toMatchObject({ sequence: 200, messages: 200 });
    expect(await keys.dataSource.query('SELECT 1 FROM outbox WHERE NOT published')).toEqual([]);
    await second.stop();
    await other.close();
  }, 30_000);
});
