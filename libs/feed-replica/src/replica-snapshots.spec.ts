import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeMonotonicClock, FakeWallClock } from '@latchkey/clock/testing';
import { InProcessFeed, type FeedPosition, type FeedSubscription } from '@latchkey/feed';
import { grantRecord, patRecord, userRecord } from '@latchkey/feed/testing';
import type { Writer } from '@latchkey/contracts';
import { createLogger } from '@latchkey/telemetry';
import { eventually } from '@latchkey/testing';
import { Truth } from '../test/truth.ts';
import { Freshness } from './proof/freshness.ts';
import { Replica } from './replica.ts';
import { ReplicaFollower } from './replica-follower.ts';
import { stateOf } from './replica-snapshots.ts';
import { readSnapshot } from './snapshot/read-snapshot.ts';

const logger = createLogger('snapshots-test', 'silent');
const key = randomBytes(32);
const day = 24 * 3600 * 1000;

/** Notes from where it is followed. */
class NotingFeed extends InProcessFeed {
  readonly followed: [Writer, FeedPosition | null][] = [];

  override follow(writer: Writer, after: FeedPosition | null, listener: Parameters<InProcessFeed['follow']>[2]): Promise<FeedSubscription> {
    this.followed.push([writer, after]);
    return super.follow(writer, after, listener);
  }
}

interface Gateway {
  replica: Replica;
  follower: ReplicaFollower;
  freshness: Freshness;
}

describe('snapshots of a replica', () => {
  let directory: string;
  let feed: NotingFeed;
  let truth: Truth;
  let wall: FakeWallClock;
  const running: Gateway[] = [];

  const start = async ({ withKey = key, everyMs = 60_000 } = {}): Promise<Gateway> => {
    const replica = new Replica();
    const follower = new ReplicaFollower({ feed, replica, logger, snapshot: { directory: join(directory, 'data'), key: withKey, clock: wall, everyMs } });
    const freshness = new Freshness({ feed, replica, follower, clock: new FakeMonotonicClock(), logger });
    const gateway = { replica, follower, freshness };
    running.push(gateway);
    await follower.start();
    return gateway;
  };
  const proven = async ({ freshness }: Gateway): Promise<void> => {
    await eventually(async () => {
      expect(await freshness.fenceNow('keys', 1000)).toBe(true);
      expect(await freshness.fenceNow('identity', 1000)).toBe(true);
    });
  };
  const fill = async (): Promise<void> => {
    await truth.put(patRecord('Ab12Cd34'));
    await truth.put(patRecord('Revoked1', { revokedAt: 9 }));
    await truth.put(userRecord('u1', { epoch: 5 }));
    await truth.put(userRecord('u1', { epoch: 6 }));
    await truth.put(grantRecord('g1'));
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'latchkey-replica-'));
    feed = new NotingFeed();
    truth = new Truth(feed);
    wall = new FakeWallClock();
    await truth.begin();
    await fill();
  });
  afterEach(async () => {
    for (const { follower } of running.splice(0)) await follower.stop();
    await truth.end();
    await rm(directory, { recursive: true });
  });

  it('let a gateway go on where it was stopped, and prove itself without reading a feed again', async () => {
    const first = await start();
    await proven(first);
    await first.follower.stop();
    await truth.put(patRecord('Late5678'));
    feed.followed.length = 0;
    const second = await start();
    const { epoch } = await feed.position('keys');
    expect(feed.followed).toContainEqual(['keys', { epoch, sequence: 2 }]);
    expect([...second.replica.state('keys').versions()].sort()).toEqual([...truth.versions].filter(([, { writer }]) => writer === 'keys').map(([subject, { version }]) => [subject, version]).sort());
    await proven(second);
    expect(second.freshness.status()).toMatchObject({ keys: { digestOk: true, rebuilds: 0 }, identity: { digestOk: true, rebuilds: 0 } });
    expect([second.replica.patByHash(patRecord('Revoked1').hash)?.revokedAt, second.replica.user('u1')?.epoch, second.replica.isGrantRevoked('g1')]).toEqual([9, 6, true]);
  });

  it('are read again, and not believed, under another generation', async () => {
    const first = await start();
    await proven(first);
    await first.follower.stop();
    truth.generation += 1;
    const second = await start();
    expect(second.freshness.proofAgeMs('keys')).toBe(Infinity);
    await proven(second);
    expect(second.freshness.status().keys.rebuilds).toBe(1);
  });

  it('of another stream are replaced by what it says, but for revocations', async () => {
    const first = await start();
    await proven(first);
    await first.follower.stop();
    feed = new NotingFeed();
    truth = new Truth(feed);
    await truth.begin();
    await truth.put(patRecord('Other111'));
    const second = await start();
    expect(second.replica.isRebuilding('keys')).toBe(true);
    await proven(second);
    expect([second.replica.patByHash(patRecord('Ab12Cd34').hash), second.replica.patByHash(patRecord('Revoked1').hash)?.revokedAt]).toEqual([undefined, 9]);
    await second.follower.stop();
    // What the stream never spoke of stays outside the digest, also after one more start.
    const third = await start();
    await proven(third);
    expect(third.freshness.status()).toMatchObject({ keys: { digestOk: true, rebuilds: 0 }, identity: { digestOk: true, rebuilds: 0 } });
    expect(third.replica.isGrantRevoked('g1')).toBe(true);
  });

  it('hold no token that is not as they are minted, and bring it all the same', async () => {
    await truth.put(patRecord('a-stray', { revokedAt: 3 }));
    const first = await start();
    await proven(first);
    await first.follower.stop();
    const second = await start();
    await proven(second);
    expect(second.freshness.status().keys).toMatchObject({ digestOk: true, rebuilds: 0 });
    expect(second.replica.patByHash(patRecord('a-stray').hash)?.revokedAt).toBe(3);
  });

  it.each([
    ['too old', async () => Promise.resolve(wall.advance(7 * day + 1))],
    ['damaged', () => writeFile(join(directory, 'data', 'replica.snapshot'), 'junk')],
  ])('are dropped when they are %s', async (_name, happens) => {
    const first = await start();
    await proven(first);
    await first.follower.stop();
    await happens();
    feed.followed.length = 0;
    await proven(await start());
    expect(feed.followed).toEqual([['identity', null], ['keys', null]]);
  });

  it('vouch for what is held, and not for what was in the file', async () => {
    const first = await start();
    await proven(first);
    await first.follower.stop();
    const { snapshot } = await readSnapshot(join(directory, 'data', 'replica.snapshot'), key);
    const digestOf = async (loaded: NonNullable<typeof snapshot>): Promise<string> => (await stateOf('keys', { epoch: 'e', sequence: 1 }, loaded)).digest.total;
    expect(await digestOf(snapshot!)).toBe(first.replica.state('keys').digest.total);
    // What a mistake in loading could bring about.
    snapshot!.table.apply(patRecord('Ab12Cd34'), 3);
    expect(await digestOf(snapshot!)).not.toBe(first.replica.state('keys').digest.total);
    snapshot!.table.remove('Ab12Cd34');
    expect(await digestOf(snapshot!)).not.toBe(first.replica.state('keys').digest.total);
  });

  it('are written while the gateway runs, and only of what was proven', async () => {
    await (await start()).follower.stop();
    expect(await readdir(join(directory, 'data'))).toEqual([]);
    await proven(await start({ everyMs: 5 }));
    await eventually(async () => expect(await readdir(join(directory, 'data'))).toContain('replica.snapshot'));
  });
});
