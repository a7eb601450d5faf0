import { FakeMonotonicClock } from '@latchkey/clock/testing';
import { writers, type Writer } from '@latchkey/contracts';
import { InProcessFeed, type FeedListener, type FeedPosition, type FeedSubscription } from '@latchkey/feed';
import { grantRecord, messageOf, patRecord, userRecord } from '@latchkey/feed/testing';
import { createLogger } from '@latchkey/telemetry';
import { eventually } from '@latchkey/testing';
import { Replica } from './replica.ts';
import { ReplicaFollower } from './replica-follower.ts';

const logger = createLogger('replica-test', 'silent');

/** A feed whose stream a test can replace under its followers, as an operator of NATS can. */
class ReplaceableFeed extends InProcessFeed {
  private current = new InProcessFeed();
  private readonly followers: { writer: Writer; listener: FeedListener; subscription: FeedSubscription }[] = [];

  override prepare(writer: Writer): Promise<void> {
    return this.current.prepare(writer);
  }

  override publish(writer: Writer, message: Parameters<InProcessFeed['publish']>[1]): ReturnType<InProcessFeed['publish']> {
    return this.current.publish(writer, message);
  }

  override position(writer: Writer): ReturnType<InProcessFeed['position']> {
    return this.current.position(writer);
  }

  override async follow(writer: Writer, after: FeedPosition | null, listener: FeedListener): Promise<FeedSubscription> {
    const follower = { writer, listener, subscription: await this.current.follow(writer, after, listener) };
    this.followers.push(follower);
    return {
      get applied() { return follower.subscription.applied; },
      get epoch() { return follower.subscription.epoch; },
      get invalid() { return follower.subscription.invalid; },
      restart: (options) => follower.subscription.restart(options),
      stop: () => follower.subscription.stop(),
    };
  }

  async replace(): Promise<void> {
    this.current = new InProcessFeed();
    for (const writer of writers) await this.prepare(writer);
    for (const follower of this.followers) {
      const { applied, epoch } = follower.subscription;
      await follower.subscription.stop();
      follower.subscription = await this.current.follow(follower.writer, { epoch: epoch ?? '', sequence: applied }, follower.listener);
    }
  }
}

/** Lets a test wait until the follower has looked at the time. */
class WatchedClock extends FakeMonotonicClock {
  reads = 0;

  override nowMs(): number {
    this.reads += 1;
    return super.nowMs();
  }

  async lookedAt(): Promise<void> {
    const before = this.reads;
    await eventually(() => this.reads > before + 4);
  }
}

describe('the follower', () => {
  let feed: ReplaceableFeed;
  let replica: Replica;
  let clock: WatchedClock;
  let follower: ReplicaFollower;
  const put = (record: Parameters<typeof messageOf>[0], version = 1): ReturnType<ReplaceableFeed['publish']> =>
    feed.publish(record.kind === 'pat' ? 'keys' : 'identity', messageOf(record, version));
  const hash = (id: string): string => patRecord(id).hash;

  beforeEach(() => {
    feed = new ReplaceableFeed();
    replica = new Replica();
    clock = new WatchedClock();
    follower = new ReplicaFollower({ feed, replica, logger, clock, settleMs: 10_000 });
  });
  afterEach(() => follower.stop());

  it('has started once it holds what both writers had said', async () => {
    for (const writer of writers) await feed.prepare(writer);
    await put(patRecord('a'));
    await put(userRecord('u1'));
    expect(follower.isReady()).toBe(false);
    await follower.start();
    expect([follower.isReady(), replica.patByHash(hash('a'))?.id, replica.user('u1')?.id]).toEqual([true, 'a', 'u1']);
    await put(patRecord('a', { revokedAt: 9 }), 2);
    expect(replica.patByHash(hash('a'))?.revokedAt).toBe(9);
  });

  it('waits for a writer that has not begun', async () => {
    await feed.prepare('keys');
    const started = follower.start();
    await put(patRecord('a'));
    await eventually(() => replica.patByHash(hash('a')) !== undefined);
    expect(follower.isReady()).toBe(false);
    await feed.prepare('identity');
    await started;
    expect(follower.isReady()).toBe(true);
  });

  it('gives up waiting when it is stopped', async () => {
    const started = follower.start();
    const outcome = expect(started).rejects.toThrow();
    await follower.stop();
    await outcome;
    expect(follower.isReady()).toBe(false);
  });

  describe('when the stream is replaced', () => {
    beforeEach(async () => {
      for (const writer of writers) await feed.prepare(writer);
      for (const id of ['a', 'b']) await put(patRecord(id));
      await put(grantRecord('g1'));
      await follower.start();
      await feed.replace();
    });

    it('answers from the old state until everything came again', async () => {
      expect([replica.isRebuilding('keys'), replica.patByHash(hash('a'))?.id, replica.isGrantRevoked('g1')]).toEqual([true, 'a', true]);
      await put(patRecord('a', { revokedAt: 9 }), 2);
      expect(replica.patByHash(hash('a'))?.revokedAt).toBe(9);
      expect(replica.patByHash(hash('b'))?.id).toBe('b');
      await put(patRecord('b'));
      await eventually(() => !replica.isRebuilding('keys'));
      expect([replica.patByHash(hash('a'))?.revokedAt, replica.patByHash(hash('b'))?.id]).toEqual([9, 'b']);
      expect(follower.isReady()).toBe(true);
    });

    it('takes for gone what has not come for a while, except revocations', async () => {
      await put(patRecord('a'));
      await clock.lookedAt();
      clock.advance(9_000);
      await clock.lookedAt();
      expect([replica.isRebuilding('keys'), replica.patByHash(hash('b'))?.id]).toEqual([true, 'b']);
      clock.advance(1_000);
      await eventually(() => !replica.isRebuilding('keys') && !replica.isRebuilding('identity'));
      expect([replica.patByHash(hash('a'))?.id, replica.patByHash(hash('b')), replica.isGrantRevoked('g1')]).toEqual(['a', undefined, true]);
    });
  });
});
