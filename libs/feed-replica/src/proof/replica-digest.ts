import { hash } from 'node:crypto';
import { digestBytes, ShardedDigest } from '@latchkey/feed';
import { DigestRing } from './digest-ring.ts';

/**
 * The writer's digest, kept over what a replica holds: XOR of SHA-256(`<subject>@<version>`). Only the total is kept, which costs one
 * SHA-256 for a new subject and two for a changed one; the shards, wanted only to say where two differ, are counted when they are.
 */
export class ReplicaDigest {
  private readonly bytes = Buffer.alloc(digestBytes);
  private readonly ring = new DigestRing();

  /** 64 hex digits. */
  get total(): string {
    return this.bytes.toString('hex');
  }

  /** @param before  the version of `subject` that is counted so far, as `after` is from now on; 0 for none */
  replace(subject: string, before: number, after: number): void {
    if (before > 0) this.toggle(subject, before);
    if (after > 0) this.toggle(subject, after);
  }

  /** @param sum  32 bytes: XOR of what many subjects add, none of which was counted so far */
  addAll(sum: Uint8Array): void {
    for (let at = 0; at < digestBytes; at += 1) this.bytes[at] ^= sum[at];
  }

  /** The total as it is now is that of the stream up to `sequence`. */
  note(sequence: number): void {
    this.ring.note(sequence, this.bytes);
  }

  /** Everything before `sequence` came from elsewhere than the stream: what the total was there is not known. */
  beginAt(sequence: number): void {
    this.ring.clear();
    this.ring.note(sequence, this.bytes);
  }

  /** The total when everything up to `sequence`, and nothing behind it, was applied; undefined when that is too long ago. */
  totalAt(sequence: number): string | undefined {
    return this.ring.at(sequence);
  }

  private toggle(subject: string, version: number): void {
    // One character a byte: of all forms in which the library hands out a digest, the one that takes it the least time.
    const digest = hash('sha256', `${subject}@${version}`, 'binary');
    const { bytes } = this;
    for (let at = 0; at < digestBytes; at += 1) bytes[at] ^= digest.charCodeAt(at);
  }
}

/** The 256 shards of what is held, 64 hex digits each. */
export function shardsOf(held: Iterable<readonly [subject: string, version: number]>): string[] {
  const digest = new ShardedDigest();
  for (const [subject, version] of held) digest.replace(subject, 0, version);
  return digest.shards();
}
