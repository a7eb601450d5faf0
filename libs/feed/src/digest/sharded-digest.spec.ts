import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { digestOf, shardOf } from './digest.ts';
import { ShardedDigest } from './sharded-digest.ts';

describe('the digest of a feed', () => {
  it('pins what one subject adds, and where', () => {
    expect(digestOf('feed.keys.pat.a', 3).toString('hex')).toBe(createHash('sha256').update('feed.keys.pat.a@3').digest('hex'));
    expect(digestOf('feed.keys.pat.a', 3).toString('hex')).toBe('0d0bde017402541421ebfc5175437166a065263c102489655952f403a7d93bc3');
    expect(shardOf('feed.keys.pat.a')).toBe(33);
  });

  it('begins at zero', () => {
    expect(new ShardedDigest().total).toBe('0'.repeat(64));
    expect(new Set(new ShardedDigest().shards())).toEqual(new Set(['0'.repeat(64)]));
  });

  it('depends on what stands where, not on the way there', () => {
    const subject = fc.integer({ min: 0, max: 20 }).map((id) => `feed.keys.pat.s${id}`);
    fc.assert(
      fc.property(fc.array(fc.record({ subject, version: fc.integer({ min: 0, max: 5 }) })), (steps) => {
        const walked = new ShardedDigest();
        const versions = new Map<string, number>();
        for (const { subject, version } of steps) {
          walked.replace(subject, versions.get(subject) ?? 0, version);
          versions.set(subject, version);
        }
        const direct = new ShardedDigest();
        for (const [subject, version] of [...versions].reverse()) direct.replace(subject, 0, version);
        expect(walked.total).toBe(direct.total);
        expect(walked.shards()).toEqual(direct.shards());
        const sum = Buffer.alloc(32);
        for (const shard of walked.shards()) Buffer.from(shard, 'hex').forEach((byte, index) => (sum[index] = sum[index]! ^ byte));
        expect(sum.toString('hex')).toBe(walked.total);
      }),
    );
  });

  it('names the shards in which two differ', () => {
    const [one, other] = [new ShardedDigest(), new ShardedDigest()];
    for (const digest of [one, other]) digest.replace('feed.keys.pat.a', 0, 1);
    expect(one.differences(other.shards())).toEqual([]);
    other.replace('feed.keys.pat.a', 1, 2);
    expect(one.differences(other.shards())).toEqual([shardOf('feed.keys.pat.a')]);
    expect(one.total).not.toBe(other.total);
  });
});
