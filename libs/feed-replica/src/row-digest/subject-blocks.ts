import { writePairs } from '../token-table/public-id.ts';
import { blockWords, groupLimit, groupWords, lanes, Sha256Lanes } from './sha256-lanes.ts';

const prefix = Buffer.from('feed.keys.pat.', 'latin1');
const prefixEnd = prefix.readUInt16BE(12) << 16;
const versionAt = prefix.length + 8 + 1;
/** FIPS 180-4 section 5.1.1: behind a text come one bit, zeros, and its length in bits. */
const endMark = 0x80;
const zeroDigit = 0x30;
/** A version has 16 digits at most, so text and mark end in word 9; what is behind it, but for the length, never changes. */
const lastWord = 9;

/**
 * The digest of many tokens at once: XOR of SHA-256(`feed.keys.pat.<id>@<version>`). With its padding, such a text is one block. Blocks
 * stand in the memory that they are hashed in, and their words are written there one by one.
 */
export class SubjectBlocks {
  private readonly lanes = new Sha256Lanes();
  private readonly pairs = new Uint16Array(4);
  private readonly tail = Buffer.alloc((lastWord - 4) * 4);
  private waiting = 0;

  constructor() {
    for (let word = 0; word < 3; word += 1) {
      const value = prefix.readUInt32BE(word * 4);
      for (let block = 0; block < groupLimit * lanes; block += 1) this.lanes.groups[placeOf(block) + word * lanes] = value;
    }
  }

  /** @param version  a positive integer */
  add(packedId: number, version: number): void {
    const { pairs, lanes: { groups } } = this;
    writePairs(packedId, pairs);
    const at = placeOf(this.waiting);
    groups[at + 3 * lanes] = prefixEnd | pairs[0];
    groups[at + 4 * lanes] = (pairs[1] << 16) | pairs[2];
    if (version < 10) {
      groups[at + 5 * lanes] = (pairs[3] << 16) | 0x4000 | (zeroDigit + version);
      groups[at + 6 * lanes] = endMark << 24;
      for (let word = 7; word <= lastWord; word += 1) groups[at + word * lanes] = 0;
      groups[at + (blockWords - 1) * lanes] = (versionAt + 1) * 8;
    } else this.addLong(at, version);
    this.waiting += 1;
    if (this.waiting === groupLimit * lanes) this.flush();
  }

  /** With more than one digit. */
  private addLong(at: number, version: number): void {
    const { pairs, tail, lanes: { groups } } = this;
    tail.fill(0);
    tail.writeUInt16BE(pairs[3]);
    const length = tail.write(`@${version}`, 2, 'latin1');
    tail[2 + length] = endMark;
    for (let word = 5; word <= lastWord; word += 1) groups[at + word * lanes] = tail.readUInt32BE((word - 5) * 4);
    groups[at + (blockWords - 1) * lanes] = (versionAt - 1 + length) * 8;
  }

  /** The sum of all that were added, 32 bytes. */
  sum(): Buffer {
    this.flush();
    const sum = Buffer.alloc(32);
    for (let word = 0; word < 8; word += 1) {
      let value = 0;
      for (let lane = 0; lane < lanes; lane += 1) value ^= this.lanes.sum[word * lanes + lane];
      sum.writeInt32BE(value, word * 4);
    }
    return sum;
  }

  private flush(): void {
    const full = Math.floor(this.waiting / lanes);
    if (full > 0) this.lanes.run(0, full);
    const used = this.waiting % lanes;
    if (used > 0) {
      const { sum } = this.lanes;
      const before = sum.slice();
      this.lanes.run(full, full + 1);
      // In the lanes that are not used is what an earlier group left there: it does not count.
      for (let at = 0; at < sum.length; at += 1) if (at % lanes >= used) sum[at] = before[at];
    }
    this.waiting = 0;
  }
}

/** Where the first word of a block stands. */
const placeOf = (block: number): number => Math.floor(block / lanes) * groupWords + (block % lanes);
