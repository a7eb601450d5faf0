import { digestBytes } from '@latchkey/feed';

const capacityLimit = 8192;
const firstCapacity = 64;

/**
 * What a digest was after each of the last messages that changed it, so that a total of the writer can be compared although more has
 * been applied since. Sequences only grow.
 */
export class DigestRing {
  private sequences = new Float64Array(firstCapacity);
  private totals = Buffer.alloc(firstCapacity * digestBytes);
  private length = 0;
  /** Where the oldest entry is. */
  private first = 0;

  clear(): void {
    this.length = 0;
    this.first = 0;
  }

  note(sequence: number, total: Buffer): void {
    if (this.length > 0 && this.totalOf(this.length - 1).equals(total)) return;
    if (this.length === this.sequences.length && this.length < capacityLimit) this.grow();
    if (this.length === capacityLimit) this.first = (this.first + 1) % capacityLimit;
    else this.length += 1;
    const slot = this.slotOf(this.length - 1);
    this.sequences[slot] = sequence;
    total.copy(this.totals, slot * digestBytes);
  }

  /** 64 hex digits; undefined for what is older than everything remembered. */
  at(sequence: number): string | undefined {
    let low = 0;
    let high = this.length;
    // The number of entries up to `sequence`.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sequences[this.slotOf(middle)] <= sequence) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : this.totalOf(low - 1).toString('hex');
  }

  private slotOf(index: number): number {
    return (this.first + index) % this.sequences.length;
  }

  private totalOf(index: number): Buffer {
    const at = this.slotOf(index) * digestBytes;
    return this.totals.subarray(at, at + digestBytes);
  }

  /** Only while nothing was evicted, so that the oldest entry is in the first slot. */
  private grow(): void {
    const sequences = new Float64Array(this.sequences.length * 2);
    const totals = Buffer.alloc(this.totals.length * 2);
    sequences.set(this.sequences);
    totals.set(this.totals);
    this.sequences = sequences;
    this.totals = totals;
  }
}
