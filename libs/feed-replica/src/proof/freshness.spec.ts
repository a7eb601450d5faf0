import { FakeMonotonicClock } from '@latchkey/clock/testing';
import { InProcessFeed, type FeedPosition, type FeedSubscription, type FenceAnswer } from '@latchkey/feed';
import { patRecord, userRecord } from '@latchkey/feed/testing';
import type { Writer } from '@latchkey/contracts';
import { createLogger } from '@latchkey/telemetry';
import { eventually } from '@latchkey/testing';
import { Truth } from '../../test/truth.ts';
import { Replica } from '../replica.ts';
import { ReplicaFollower } from '../replica-follower.ts';
import { Freshness } from './freshness.ts';

const logger = createLogger('freshness-test', 'silent');

/** A feed whose answers to fences a test may hold back or replace, and whose delivery it may stop. */
class HeldFeed extends InProcessFeed {
  held: (() => void)[] | null = null;
  instead: ((answer: FenceAnswer) => FenceAnswer) | null = null;
  fences = 0;
  repairs = 0;
  isDeaf = false;
  private readonly undelivered: (() => void)[] = [];
  restarts: boolean[] = [];

  override async fence(writer: Writer, timeoutMs: number): Promise<FenceAnswer> {
    if (writer === 'keys') this.fences += 1;
    const { held } = this;
    const answer = await super.fence(writer, timeoutMs);
    if (held !== null && writer === 'keys') await new Promise<void>((resolve) => held.push(resolve));
    return this.instead === null || writer !== 'keys' ? answer : this.instead(answer);
  }

  override repair(writer: Writer, timeoutMs: number): ReturnType<InProcessFeed['repair']> {
    this.repairs += 1;
    return super.repair(writer, timeoutMs);
  }

  deliverHeld(): void {
    this.isDeaf = false;
    for (const deliver of this.undelivered.splice(0)) deliver();
  }

  override async follow(writer: Writer, after: FeedPosition | null, listener: Parameters<InProcessFeed['follow']>[2]): Promise<FeedSubscription> {
    let applied = 0;
    const inner = await super.follow(writer, after, {
      onMessage: (message) => {
        const deliver = (): void => {
          listener.onMessage(message);
          applied = message.sequence;
        };
        if (this.isDeaf) this.undelivered.push(deliver);
        else deliver();
      },
      onReset: (position) => {
        applied = 0;
        listener.onReset?.(position);
      },
    });
    return {
      get applied() { return applied; },
      get epoch() { return inner.epoch; },
      get invalid() { return 0; },
      restart: (options) => {
        this.restarts.push(options?.fromBeginning === true);
        inner.restart(options);
      },
      stop: () => inner.stop(),
    };
  }
}

describe('freshness', () => {
  let feed: HeldFeed;
  let truth: Truth;
  let replica: Replica;
  let follower: ReplicaFollower;
  let clock: FakeMonotonicClock;
  let freshness: Freshness;
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** Fences, 300 ms apart, as the timer sends them. */
  const probe = async (times = 1): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      freshness.probe();
      await settled();
      clock.advance(300);
    }
  };
  const revoked = (id: string) => patRecord(id, { revokedAt: 9 });
  const isRevoked = (id: string): boolean => replica.patByHash(patRecord(id).hash)?.revokedAt === 9;

  beforeEach(async () => {
    feed = new HeldFeed();
    truth = new Truth(feed);
    await truth.begin();
    await truth.put(patRecord('a'));
    await truth.put(userRecord('u'));
    replica = new Replica();
    follower = new ReplicaFollower({ feed, replica, logger });
    clock = new FakeMonotonicClock();
    freshness = new Freshness({ feed, replica, follower, clock, logger });
    await follower.start();
  });
  afterEach(async () => {
    await freshness.stop();
    await follower.stop();
    await truth.end();
  });

  it('is not there before the first proof', () => {
    expect([freshness.proofAgeMs('keys'), freshness.provenAtMs('keys')]).toEqual([Infinity, -Infinity]);
    expect(freshness.status().keys).toMatchObject({ ageMs: Infinity, appliedSequence: 1, digestOk: null, epoch: null, fenceRttMs: null, rebuilds: 0, invalid: 0 });
  });

  it('is measured from the moment before the fence was sent, however late it was answered', async () => {
    feed.held = [];
    freshness.probe();
    await settled();
    clock.advance(900);
    feed.held.shift()?.();
    await settled();
    expect(freshness.proofAgeMs('keys')).toBe(900);
    clock.advance(50);
    expect([freshness.proofAgeMs('keys'), freshness.provenAtMs('keys')]).toEqual([950, 0]);
    expect(freshness.status().keys).toMatchObject({ digestOk: true, fenceRttMs: 900 });
  });

  it('has one fence under way, for a second; a later answer still counts, with its own time, and never makes it older', async () => {
    feed.held = [];
    freshness.probe();
    await settled();
    clock.advance(999);
    freshness.probe();
    expect(feed.fences).toBe(1);
    clock.advance(1);
    freshness.probe();
    await settled();
    expect(feed.fences).toBe(2);
    clock.advance(100);
    const [first, second] = feed.held.splice(0);
    second?.();
    await settled();
    expect(freshness.proofAgeMs('keys')).toBe(100);
    first?.();
    await settled();
    expect(freshness.proofAgeMs('keys')).toBe(100);
  });

  it('waits until the replica has applied what the answer speaks of, and is as old as its fence then', async () => {
    feed.isDeaf = true;
    await truth.put(revoked('a'));
    await probe();
    expect([freshness.proofAgeMs('keys'), isRevoked('a')]).toEqual([Infinity, false]);
    feed.deliverHeld();
    expect([freshness.proofAgeMs('keys'), isRevoked('a')]).toEqual([300, true]);
  });

  it('is compared at the sequence of the answer, also when more was applied since', async () => {
    feed.held = [];
    freshness.probe();
    await settled();
    await truth.put(patRecord('b'));
    await truth.put(revoked('a'));
    feed.held.shift()?.();
    await settled();
    expect(freshness.proofAgeMs('keys')).toBe(0);
  });

  it('does not come of an answer whose digest differs; the replica is built anew when that goes on', async () => {
    await probe();
    await truth.put(patRecord('b'), { publish: false });
    await probe(4);
    expect(freshness.status().keys).toMatchObject({ ageMs: 1500, digestOk: false, rebuilds: 0 });
    await probe();
    expect(freshness.status().keys.rebuilds).toBe(1);
    expect(replica.isRebuilding('keys')).toBe(true);
    expect(replica.patByHash(patRecord('a').hash)?.id).toBe('a');
    // One that was built anew differs as well, so the stream is wrong, and the writer is asked to mend it.
    await probe(6);
    await settled();
    expect(truth.repairs).toEqual(['keys']);
    await probe(3);
    expect(freshness.status().keys).toMatchObject({ ageMs: 300, digestOk: true });
    expect([replica.isRebuilding('keys'), replica.patByHash(patRecord('b').hash)?.id]).toEqual([false, 'b']);
  });

  it('asks for a repair every ten seconds at most', async () => {
    feed.instead = (answer) => ({ ...answer, digest: 'f'.repeat(64) });
    await probe(60);
    expect([feed.repairs >= 1, feed.repairs <= 2]).toEqual([true, true]);
  });

  it('is not proven under another epoch before everything was read again', async () => {
    await probe();
    truth.generation += 1;
    feed.restarts = [];
    await probe();
    expect([feed.restarts, freshness.status().keys.rebuilds, freshness.proofAgeMs('keys')]).toEqual([[true, true], 1, 300]);
    expect(replica.isRebuilding('keys')).toBe(false);
  });

  it('reads everything again when the sequence of the writer runs backwards, but not for an answer that was overtaken', async () => {
    await truth.put(patRecord('b'));
    await probe();
    feed.instead = (answer) => ({ ...answer, sequence: answer.sequence - 1 });
    await probe();
    expect(freshness.status().keys.rebuilds).toBe(1);
    feed.instead = null;
    await probe(2);
    expect(freshness.proofAgeMs('keys')).toBe(300);
    feed.held = [];
    freshness.probe();
    await settled();
    clock.advance(1000);
    await truth.put(patRecord('c'));
    freshness.probe();
    await settled();
    const [first, second] = feed.held.splice(0);
    feed.held = null;
    second?.();
    await settled();
    first?.();
    await settled();
    expect(freshness.status().keys).toMatchObject({ rebuilds: 1, ageMs: 0 });
  });

  it('makes a consumer anew that delivers nothing although the writer is ahead', async () => {
    await probe();
    feed.isDeaf = true;
    await truth.put(revoked('a'));
    feed.restarts = [];
    await probe(2);
    expect(feed.restarts).toEqual([]);
    await probe(1);
    expect(feed.restarts).toEqual([false]);
  });

  it('tells listeners of proofs, also when one of them fails', async () => {
    const heard: Writer[] = [];
    freshness.onProof(() => {
      throw new Error('boom');
    });
    const end = freshness.onProof((writer) => heard.push(writer));
    await probe();
    end();
    await probe();
    expect(heard.sort()).toEqual(['identity', 'keys']);
  });

  it('goes on by itself once it is started, and not after it was stopped', async () => {
    const ticking = new Freshness({ feed, replica, follower, clock, logger, intervalMs: 5 });
    feed.fences = 0;
    ticking.start();
    await eventually(() => feed.fences > 3);
    await ticking.stop();
    await settled();
    const { fences } = feed;
    for (let turn = 0; turn < 10; turn += 1) await settled();
    expect(feed.fences).toBe(fences);
  });

  describe('on demand', () => {
    it('proves by a fence that was sent after the call', async () => {
      feed.held = [];
      freshness.probe();
      await settled();
      const asked = freshness.fenceNow('keys', 1000);
      await settled();
      expect(feed.fences).toBe(2);
      feed.held.shift()?.();
      await settled();
      let done = false;
      void asked.then(() => (done = true));
      await settled();
      expect(done).toBe(false);
      feed.held.shift()?.();
      expect(await asked).toBe(true);
    });

    it('is shared: who calls while one is under way waits for the next', async () => {
      feed.held = [];
      const first = freshness.fenceNow('keys', 5000);
      const others = Array.from({ length: 50 }, () => freshness.fenceNow('keys', 5000));
      await settled();
      expect(feed.fences).toBe(1);
      const { held } = feed;
      feed.held = null;
      held.shift()?.();
      expect(await first).toBe(true);
      expect(await Promise.all(others)).toEqual(Array(50).fill(true));
      expect(feed.fences).toBe(2);
    });

    it('says no when nobody answers, or not in time', async () => {
      feed.held = [];
      expect(await freshness.fenceNow('keys', 20)).toBe(false);
      await truth.end();
      feed.held = null;
      expect(await freshness.fenceNow('identity', 5000)).toBe(false);
    });
  });
});
