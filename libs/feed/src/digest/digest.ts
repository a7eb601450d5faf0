import { hash } from 'node:crypto';

export const shardCount = 256;
export const digestBytes = 32;

/** What one subject at one version adds to a digest: SHA-256 of `<subject>@<version>`. */
export function digestOf(subject: string, version: number): Buffer {
  return hash('sha256', `${subject}@${version}`, 'buffer');
}

/** The shard of a subject, 0 to 255: the first byte of its own SHA-256, so that it stays in its shard through all versions. */
export function shardOf(subject: string): number {
  return hash('sha256', subject, 'buffer').readUInt8(0);
}

/** Adds `addend` to `target`, or takes it out: XOR is its own inverse, and the order does not matter. */
export function xorInto(target: Uint8Array, addend: Uint8Array): void {
  for (let index = 0; index < digestBytes; index++) target[index] = (target[index] ?? 0) ^ (addend[index] ?? 0);
}
