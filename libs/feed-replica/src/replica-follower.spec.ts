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

describe('the follower', () => {
  let feed: ReplaceableFeed;
  let replica: Replica;
  let follower: ReplicaFollower;
  const put = (record: Parameters<typeof messageOf>[0], version = 1): ReturnType<ReplaceableFeed['publish']> =>
    feed.publish(record.kind === 'pat' ? 'keys' : 'identity', messageOf(record, version));
  const hash = (id: string): string => patRecord(id).hash;

  beforeEach(() => {
    feed = new ReplaceableFeed();
    replica = new Replica();
    follower = new ReplicaFollower({ feed, replica, logger });
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

    it('answers from the old state, and applies to it, until the new one takes its place', async () => {
      expect([replica.isRebuilding('keys'), replica.patByHash(hash('a'))?.id, replica.isGrantRevoked('g1')]).toEqual([true, 'a', true]);
      await put(patRecord('a', { revokedAt: 9 }), 2);
      expect([replica.patByHash(hash('a'))?.revokedAt, replica.patByHash(hash('b'))?.id]).toEqual([9, 'b']);
      replica.completeRebuild('keys');
      replica.completeRebuild('identity');
      expect([replica.patByHash(hash('a'))?.revokedAt, replica.patByHash(hash('b'))]).toEqual([9, undefined]);
      expect([replica.isGrantRevoked('g1'), follower.isReady()]).toEqual([true, true]);
    });
  });

  it('reads everything again when it is told to', async () => {
    for (const writer of writers) await feed.prepare(writer);
    await put(patRecord('a'));
    await follower.start();
    follower.of('keys').rebuild();
    expect([replica.isRebuilding('keys'), follower.of('keys').followedTo.sequence]).toEqual([true, 1]);
    await put(patRecord('b'));
    replica.completeRebuild('keys');
    expect([replica.patByHash(hash('a'))?.id, replica.patByHash(hash('b'))?.id]).toEqual(['a', 'b']);
  });
});
