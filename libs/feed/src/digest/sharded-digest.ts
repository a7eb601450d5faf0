import { digestBytes, digestOf, shardCount, shardOf, xorInto } from './digest.ts';

/**
 * One number for "which subject stands at which version", over all subjects of a writer. Writer and gateway keep the same one, and
 * compare 32 bytes instead of a million records; the shards tell where two that differ do so.
 */
export class ShardedDigest {
  private readonly shardBytes = new Uint8Array(shardCount * digestBytes);
  private readonly totalBytes = Buffer.alloc(digestBytes);

  /** @param before  the version that `subject` stood at until now; 0 when it was not there, as `after` is when it goes */
  replace(subject: string, before: number, after: number): void {
    const shard = shardOf(subject);
    if (before > 0) this.toggle(shard, digestOf(subject, before));
    if (after > 0) this.toggle(shard, digestOf(subject, after));
  }

  /** 64 hex digits. */
  get total(): string {
    return this.totalBytes.toString('hex');
  }

  /** 64 hex digits each. */
  shards(): string[] {
    return Array.from({ length: shardCount }, (_, shard) => Buffer.from(this.shard(shard)).toString('hex'));
  }

  /** The shards in which another digest, given by its shards, differs from this one. */
  differences(others: readonly string[]): number[] {
    return this.shards().flatMap((shard, index) => (shard === others[index] ? [] : [index]));
  }

  private toggle(shard: number, digest: Uint8Array): void {
    xorInto(this.shard(shard), digest);
    xorInto(this.totalBytes, digest);
  }

  private shard(index: number): Uint8Array {
    return this.shardBytes.subarray(index * digestBytes, (index + 1) * digestBytes);
  }
}
