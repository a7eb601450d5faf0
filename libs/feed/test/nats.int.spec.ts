import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamNames, writers } from '@latchkey/contracts';
import { createLogger } from '@latchkey/telemetry';
import { eventually, freePort, startNats, type TestNats, verifies } from '@latchkey/testing';
import { DiscardPolicy, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { FeedSubscription, Published } from '../src/index.ts';
import { checkNats, NatsFeed } from '../src/index.ts';
import { type Network, networkTo } from './network.ts';
import { describeFeed, type FeedUnderTest, messageOf, patRecord, RecordingListener } from '../src/testing/index.ts';

const logger = createLogger('feed-test', 'silent');

async function connectFeed(server: TestNats): Promise<NatsFeed> {
  return NatsFeed.connect({ servers: server.url, name: 'feed-test', logger });
}

async function withoutStreams(server: TestNats): Promise<NatsConnection> {
  const connection = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const manager = await jetstreamManager(connection);
  for (const writer of writers) await manager.streams.delete(streamNames[writer]).catch(() => false);
  return connection;
}

describe('on a running server', () => {
  let server: TestNats;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(() => server.stop());

  describeFeed('nats', async (): Promise<FeedUnderTest> => {
    const stranger = await withoutStreams(server);
    const feed = await connectFeed(server);
    const others: NatsFeed[] = [];
    return {
      feed,
      another: async () => {
        const other = await connectFeed(server);
        others.push(other);
        return other;
      },
      inject: async (_writer, subject, text) => void (await stranger.request(subject, text)),
      stop: async () => {
        for (const each of [feed, ...others]) await each.close();
        await stranger.close();
      },
    };
  });

  describe('the stream itself', () => {
    let stranger: NatsConnection;
    let streams: JetStreamManager['streams'];
    let feed: NatsFeed;

    beforeEach(async () => {
      stranger = await withoutStreams(server);
      streams = (await jetstreamManager(stranger)).streams;
      feed = await connectFeed(server);
    });
    afterEach(async () => {
      await feed.close();
      await stranger.close();
    });

    it('is given our time of recognizing duplicates when it was made with another', async () => {
      await streams.add({ name: 'FEED_KEYS', subjects: ['feed.keys.>'], max_msgs_per_subject: 1, duplicate_window: 1e9 });
      await feed.prepare('keys');
      expect((await streams.info('FEED_KEYS')).config.duplicate_window).toBe(120e9);
    });

    it('is refused when it would rather keep the old than take the new', async () => {
      await streams.add({ name: 'FEED_KEYS', subjects: ['feed.keys.>'], max_msgs_per_subject: 1, discard: DiscardPolicy.New });
      await expect(feed.prepare('keys')).rejects.toThrow(/FEED_KEYS exists with another configuration/);
    });

    it('is refused when one of its name forgets', async () => {
      await streams.add({ name: 'FEED_KEYS', subjects: ['feed.keys.>'], max_msgs: 10 });
      await expect(feed.prepare('keys')).rejects.toThrow(/FEED_KEYS exists with another configuration/);
    });

    it('gets again what was purged, although the server remembers its id', async () => {
      await feed.prepare('keys');
      for (const version of [1, 2]) await feed.publish('keys', messageOf(patRecord('a'), version));
      await streams.purge('FEED_KEYS');
      expect(await feed.position('keys')).toMatchObject({ sequence: 2, messages: 0 });
      expect(await feed.publish('keys', messageOf(patRecord('a'), 2))).toEqual({ sequence: 3, stored: true, rival: null });
      expect(await feed.position('keys')).toMatchObject({ sequence: 3, messages: 1 });
    });

    it('is passed over where its end was purged, instead of waited for', async () => {
      await feed.prepare('keys');
      await feed.publish('keys', messageOf(patRecord('a')));
      await streams.purge('FEED_KEYS');
      const subscription = await feed.follow('keys', null, new RecordingListener());
      await eventually(() => subscription.applied === 1);
    });
  });
});

describe('when things break', () => {
  let storeDir: string;
  let port: number;
  let server: TestNats;
  let feed: NatsFeed;
  let manager: JetStreamManager;
  let operator: NatsConnection;
  let listener: RecordingListener;
  let subscription: FeedSubscription;

  beforeEach(async () => {
    storeDir = mkdtempSync(join(tmpdir(), 'latchkey-nats-'));
    port = await freePort();
    server = await startNats({ storeDir, port });
    operator = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    manager = await jetstreamManager(operator);
    feed = await connectFeed(server);
    await feed.prepare('keys');
    await feed.publish('keys', messageOf(patRecord('a')));
    listener = new RecordingListener();
    subscription = await feed.follow('keys', null, listener);
    await eventually(() => subscription.applied === 1);
  });
  afterEach(async () => {
    server.resume();
    await feed.close();
    await operator.close();
    await server.stop();
    rmSync(storeDir, { recursive: true, force: true });
  });

  /** Tries as a relay does: for as long as it takes. */
  const publish = (id: string, version = 1): Promise<Published> =>
    eventually(() => feed.publish('keys', messageOf(patRecord(id), version)), { timeoutMs: 15_000 });

  /** The signal takes its time: frozen is what no longer answers. */
  const freeze = async (): Promise<void> => {
    server.freeze();
    await eventually(() => expect(feed.position('keys')).rejects.toThrow(), { timeoutMs: 15_000 });
  };

  verifies('G2', 'a follower of a frozen server goes on when it thaws', async () => {
    await freeze();
    await expect(feed.publish('keys', messageOf(patRecord('b')))).rejects.toThrow();
    server.resume();
    await publish('b');
    await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.b@1']), { timeoutMs: 15_000 });
    expect(listener.resets).toEqual([]);
  }, 60_000);

  verifies('G2', 'a follower of a killed server goes on with its successor on the same store', async () => {
    await server.kill();
    await expect(feed.position('keys')).rejects.toThrow();
    server = await startNats({ storeDir, port });
    await publish('b');
    await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.b@1']), { timeoutMs: 15_000 });
    expect(listener.resets).toEqual([]);
  }, 60_000);

  verifies('G2', 'a follower of a killed server starts over with a successor that has lost the store', async () => {
    await server.kill();
    rmSync(storeDir, { recursive: true, force: true });
    server = await startNats({ storeDir, port });
    await eventually(() => feed.prepare('keys'), { timeoutMs: 15_000 });
    await publish('b');
    await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.b@1']), { timeoutMs: 15_000 });
    expect(listener.resets).toHaveLength(1);
    expect(subscription.applied).toBe(1);
  }, 60_000);

  verifies('G2', 'a follower whose consumer is deleted makes another', async () => {
    for await (const consumer of manager.consumers.list('FEED_KEYS')) await manager.consumers.delete('FEED_KEYS', consumer.name);
    await publish('b');
    await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.b@1']));
    expect(listener.resets).toEqual([]);
  }, 30_000);

  verifies('G2', 'a follower of a stream that is deleted and made again converges on the new one', async () => {
    for (const id of ['b', 'c']) await publish(id);
    await eventually(() => subscription.applied === 3);
    const before = subscription.epoch;
    await manager.streams.delete('FEED_KEYS');
    await feed.prepare('keys');
    await publish('d');
    await publish('a', 2);
    await eventually(() => subscription.applied === 2 && subscription.epoch !== before);
    expect(listener.resets).toHaveLength(1);
    expect(listener.seen.slice(-2)).toEqual(['feed.keys.pat.d@1', 'feed.keys.pat.a@2']);
  }, 30_000);

  verifies('G2', 'a stream that was made again and has already passed the old sequence is noticed all the same', async () => {
    await manager.streams.delete('FEED_KEYS');
    await feed.prepare('keys');
    for (const id of ['x', 'y', 'z']) await publish(id);
    await eventually(() => expect(listener.seen.slice(-3)).toEqual(['feed.keys.pat.x@1', 'feed.keys.pat.y@1', 'feed.keys.pat.z@1']));
    expect(listener.resets).toHaveLength(1);
  }, 30_000);

  describe('over a network that fails', () => {
    let network: Network;
    let remote: NatsFeed;

    beforeEach(async () => {
      network = await networkTo(server.url);
      remote = await NatsFeed.connect({ servers: network.url, name: 'remote', logger });
    });
    afterEach(async () => {
      network.mend();
      await remote.close();
      await network.close();
    });
    const unreachable = (): Promise<void> => eventually(() => expect(remote.position('keys')).rejects.toThrow(), { timeoutMs: 15_000 });

    verifies('G2', 'a follower catches up soon after it is mended', async () => {
      const far = new RecordingListener();
      const distant = await remote.follow('keys', null, far);
      await eventually(() => distant.applied === 1);
      network.cut('lose');
      await unreachable();
      await publish('b');
      await eventually(() => expect(listener.seen).toContain('feed.keys.pat.b@1'));
      expect(far.seen).toEqual(['feed.keys.pat.a@1']);
      network.mend();
      await eventually(() => expect(far.seen).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.b@1']), { timeoutMs: 8_000 });
      expect(far.resets).toEqual([]);
    }, 60_000);

    verifies('G2', 'a publish that was held up on its way replaces nothing that was published since', async () => {
      network.cut('hold');
      await expect(remote.publish('keys', messageOf(patRecord('late'), 1))).rejects.toThrow();
      await publish('late', 2);
      network.mend();
      // Everything held goes out before anything new, and the answer to this comes after it.
      await eventually(() => remote.position('keys'), { timeoutMs: 15_000 });
      await eventually(() => network.held === 0);
      await publish('witness');
      const stored = await manager.streams.getMessage('FEED_KEYS', { last_by_subj: 'feed.keys.pat.late' });
      expect(stored?.json()).toMatchObject({ version: 2 });
    }, 60_000);
  });
});

describe('checkNats', () => {
  let server: TestNats;
  let config: string;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'latchkey-test-nats-'));
    config = join(directory, 'nats.conf');
    writeFileSync(config, 'accounts { full { jetstream: enabled, users: [{ user: full, password: right-one }, { user: other, password: right-one }] }, bare { users: [{ user: bare, password: right-one }] } }');
    server = await startNats({ config });
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const as = (user: string, password = 'right-one'): string => server.url.replace('nats://', `nats://${user}:${password}@`);
  const check = (servers: string, more: { nowMs?: () => number } = {}) => checkNats({ servers, stream: streamNames.identity, ...more });

  it('finds nothing wrong with a NATS that will do, with streams and without', async () => {
    expect(await check(as('full'))).toEqual([]);
    const feed = await NatsFeed.connect({ servers: as('full'), name: 'feed-test', logger });
    await feed.prepare('identity');
    await feed.close();
    expect(await check(as('full'))).toEqual([]);
  });

  it('says of everything else what is wrong and what mends it, and no password', async () => {
    const found = [await check(as('bare')), await check(as('full', 'wrong-one')), await check('nats://full:right-one@127.0.0.1:1')].flat();
    expect(found).toEqual([
      expect.stringContaining('has no JetStream, which the feed is kept in. Start it with "jetstream {}"'),
      expect.stringContaining('refuses the user or the password. Correct them in NATS_URL'),
      expect.stringContaining('NATS at 127.0.0.1:1 cannot be reached. Correct host and port'),
    ]);
    expect(found.join()).not.toMatch(/right-one|wrong-one/);
  });

  it('lets a connection come back with a password that was exchanged meanwhile', async () => {
    const passwords = join(directory, 'passwords.conf');
    const accepting = (wanted: string, port?: number): Promise<TestNats> => {
      writeFileSync(passwords, `authorization { users: [{ user: full, password: ${wanted} }] }`);
      return startNats({ config: passwords, storeDir: join(directory, 'store'), ...(port === undefined ? {} : { port }) });
    };
    let password = 'right-one';
    const before = await accepting(password);
    const url = (withPassword: string): string => before.url.replace('nats://', `nats://full:${withPassword}@`);
    const feed = await NatsFeed.connect({ servers: () => url(password), name: 'feed-test', logger });
    let after: TestNats | undefined;
    try {
      await feed.prepare('keys');
      await before.stop();
      password = 'second-one';
      // Started anew, not told to read it: at SIGHUP, nats-server 2.9 loses its JetStream with a file of this kind.
      after = await accepting(password, Number(new URL(before.url).port));
      expect((await check(url('right-one'))).join()).toContain('refuses');
      await eventually(() => feed.position('keys'));
    } finally {
      await feed.close();
      await (after ?? before).stop();
    }
  });

  it('compares clocks with a server that tells the time', async () => {
    const connection = await connect({ servers: server.url, user: 'other', pass: 'right-one' });
    const { ts } = (await connection.request('$JS.API.STREAM.INFO.FEED_IDENTITY')).json<{ ts?: string }>();
    await connection.close();
    const found = await check(as('other'), { nowMs: () => Date.now() + 90_000 });
    expect(found).toEqual(ts === undefined ? [] : [expect.stringContaining('ahead of that of NATS')]);
  });
});
