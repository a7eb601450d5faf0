import { ShardedDigest } from '@latchkey/feed';
import fc from 'fast-check';
import { ReplicaDigest, shardsOf } from './replica-digest.ts';

const zeros = '0'.repeat(64);

describe('the digest of a replica', () => {
  it('pins the digest of one subject at one version', () => {
    const digest = new ReplicaDigest();
    expect(digest.total).toBe(zeros);
    digest.replace('feed.keys.pat.Ab12Cd34', 0, 3);
    expect(digest.total).toBe('5d95254f07fb4701ac0e28dc229dfb1454d8a9c878aded5c349e1520f7a3d150');
    digest.replace('feed.keys.pat.Ab12Cd34', 3, 0);
    expect(digest.total).toBe(zeros);
  });

  it('is what the writer counts, whatever way it came about', () => {
    const changes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 4 })), { maxLength: 40 });
    fc.assert(
      fc.property(changes, (steps) => {
        const mine = new ReplicaDigest();
        const held = new Map<string, number>();
        for (const [subject, version] of steps) {
          mine.replace(subject, held.get(subject) ?? 0, version);
          held.set(subject, version);
        }
        const theirs = new ShardedDigest();
        for (const [subject, version] of held) theirs.replace(subject, 0, version);
        expect(mine.total).toBe(theirs.total);
        expect(shardsOf(held)).toEqual(theirs.shards());
      }),
    );
  });

  it('remembers what it was at each of the last 8192 changes', () => {
    const digest = new ReplicaDigest();
    digest.note(0);
    const totals = [digest.total];
    for (let sequence = 1; sequence <= 20_000; sequence += 1) {
      digest.replace('s', sequence - 1, sequence);
      // Every second sequence of the stream holds nothing any more.
      digest.note(2 * sequence);
      totals.push(digest.total);
    }
    expect(digest.totalAt(40_000)).toBe(totals[20_000]);
    expect(digest.totalAt(39_999)).toBe(totals[19_999]);
    expect(digest.totalAt(99_999)).toBe(totals[20_000]);
    expect(digest.totalAt(2 * (20_000 - 8191))).toBe(totals[20_000 - 8191]);
    expect(digest.totalAt(2 * (20_000 - 8191) - 1)).toBeUndefined();
  });

  it('remembers from its first note on, also what changed nothing', () => {
    const digest = new ReplicaDigest();
    digest.replace('a', 0, 1);
    expect(digest.totalAt(5)).toBeUndefined();
    digest.beginAt(5);
    digest.note(6);
    digest.replace('a', 1, 2);
    digest.note(9);
    expect([digest.totalAt(4), digest.totalAt(9)]).toEqual([undefined, digest.total]);
    expect(digest.totalAt(8)).toBe(digest.totalAt(5));
    digest.beginAt(20);
    expect([digest.totalAt(9), digest.totalAt(20)]).toEqual([undefined, digest.total]);
  });
});
