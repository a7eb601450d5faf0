const segmentCount = 256;
const firstCapacity = 8;
const maxLoad = 0.85;
const rowBits = 26;
const rowMask = (1 << rowBits) - 1;

/** What every segment is until its first row: one empty slot, which nothing is ever written to. */
const emptySegment = new Uint32Array(1);

/** A full avalanche over two words, keyed by the table's own random seed. */
export function mix(a: number, b: number, seed: Uint32Array): number {
  let h = a ^ seed[0];
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h ^= (h >>> 16) ^ b ^ seed[1];
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Finds rows by a key that is in them. Open addressing with linear probing, in 256 segments of which each grows by itself: a growth
 * moves one segment only, so no insertion waits for the whole. A slot is one word: 26 bits of row and six of the mixed key, which
 * spare nearly every look at a row that is not the one. 0 is an empty slot. Removal moves the entries behind it back, so that there
 * are no tombstones that lookups would have to step over for ever.
 *
 * The mixed key: 8 bits choose the segment, 24 the place in it, and the lowest six of these are the tag.
 */
export abstract class RowIndex {
  private readonly segments = Array<Uint32Array>(segmentCount).fill(emptySegment);
  private readonly used = new Uint32Array(segmentCount);

  /** @param growth  small steps waste little memory; a step costs one look at every row of one segment */
  constructor(private readonly growth = 1.125) {}

  /** The mixed key of a row in the table. */
  protected abstract mixOf(row: number): number;
  /** Whether a row has the whole key that is being looked for. */
  protected abstract matches(row: number): boolean;
  /** Whether two rows have the same whole key. */
  protected abstract alike(one: number, other: number): boolean;

  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.byteLength, 0);
  }

  /** Slots of the largest segment: what one growth moves at most. */
  get largestSegment(): number {
    return this.segments.reduce((most, segment) => Math.max(most, segment.length), 0);
  }

  /** Hot path: no allocation, no closure. @returns the row, or -1 */
  protected lookUp(mixed: number): number {
    const segment = this.segments[mixed >>> 24];
    const tag = mixed & 63;
    for (let at = home(mixed, segment.length); ; at = at + 1 === segment.length ? 0 : at + 1) {
      const slot = segment[at];
      if (slot === 0) return -1;
      if (slot >>> rowBits === tag && this.matches((slot & rowMask) - 1)) return (slot & rowMask) - 1;
    }
  }

  insert(row: number): void {
    const mixed = this.mixOf(row);
    const number = mixed >>> 24;
    if (this.used[number] + 1 > this.segments[number].length * maxLoad) this.grow(number);
    this.used[number] += 1;
    place(this.segments[number], mixed, row);
  }

  /** Takes out a row whose words still hold the key under which it went in. */
  remove(row: number): void {
    const mixed = this.mixOf(row);
    const segment = this.segments[mixed >>> 24];
    const next = (at: number): number => (at + 1 === segment.length ? 0 : at + 1);
    const distance = (from: number, to: number): number => (to >= from ? to - from : to - from + segment.length);
    let hole = home(mixed, segment.length);
    while ((segment[hole] & rowMask) !== row + 1) {
      if (segment[hole] === 0) return;
      hole = next(hole);
    }
    this.used[mixed >>> 24] -= 1;
    for (let at = next(hole); segment[at] !== 0; at = next(at)) {
      const from = home(this.mixOf((segment[at] & rowMask) - 1), segment.length);
      // An entry may move into the hole only if the hole is not before its home.
      if (distance(from, at) < distance(hole, at)) continue;
      segment[hole] = segment[at];
      hole = at;
    }
    segment[hole] = 0;
  }

  /**
   * Fills an empty index with many rows at once: sorted by segment first, so that each segment stays in the cache while it is filled.
   * @param count  rows 0 up to this one are looked at, and those that are `isIn` taken
   * @param settle  says which of two rows with one key stays, or throws
   */
  async build(count: number, isIn: (row: number) => boolean, settle: (held: number, row: number) => number): Promise<void> {
    const present = new Uint32Array(count);
    const mixes = new Uint32Array(count);
    const ends = new Uint32Array(segmentCount);
    let known = 0;
    for (let row = 0; row < count; row += 1) {
      if (row % rowsPerTurn === 0) await turn();
      if (!isIn(row)) continue;
      present[known] = row;
      mixes[known] = this.mixOf(row);
      ends[mixes[known] >>> 24] += 1;
      known += 1;
    }
    const next = new Uint32Array(segmentCount);
    for (let number = 0, sum = 0; number < segmentCount; number += 1) {
      this.segments[number] = new Uint32Array(Math.ceil((ends[number] * this.growth) / maxLoad) + firstCapacity);
      next[number] = sum;
      sum += ends[number];
      ends[number] = sum;
    }
    const sorted = new Uint32Array(known);
    const sortedMixes = new Uint32Array(known);
    for (let at = 0; at < known; at += 1) {
      const to = next[mixes[at] >>> 24]++;
      sorted[to] = present[at];
      sortedMixes[to] = mixes[at];
    }
    for (let number = 0, at = 0; number < segmentCount; number += 1) {
      for (; at < ends[number]; at += 1) this.placeOnce(number, sortedMixes[at], sorted[at], settle);
      if (number % 16 === 0) await turn();
    }
  }

  private placeOnce(number: number, mixed: number, row: number, settle: (held: number, row: number) => number): void {
    const segment = this.segments[number];
    let at = home(mixed, segment.length);
    for (; segment[at] !== 0; at = at + 1 === segment.length ? 0 : at + 1) {
      const held = (segment[at] & rowMask) - 1;
      if (segment[at] >>> rowBits !== (mixed & 63) || !this.alike(held, row)) continue;
      segment[at] = slotOf(mixed, settle(held, row));
      return;
    }
    segment[at] = slotOf(mixed, row);
    this.used[number] += 1;
  }

  private grow(number: number): void {
    const before = this.segments[number];
    const after = new Uint32Array(Math.max(Math.ceil(before.length * this.growth), firstCapacity));
    // All keys first and then all places: reads that do not wait for each other are several times as fast.
    const mixes = new Uint32Array(before.length);
    for (let at = 0; at < before.length; at += 1) if (before[at] !== 0) mixes[at] = this.mixOf((before[at] & rowMask) - 1);
    for (let at = 0; at < before.length; at += 1) if (before[at] !== 0) place(after, mixes[at], (before[at] & rowMask) - 1);
    this.segments[number] = after;
  }
}

const rowsPerTurn = 1 << 16;
/** Lets whatever else waits have the thread. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const slotOf = (mixed: number, row: number): number => ((mixed & 63) << rowBits) | (row + 1);

/** Capacities are no powers of two, so the place is the mixed key scaled to them. */
function home(mixed: number, capacity: number): number {
  return Math.floor(((mixed & 0xffffff) * capacity) / 0x1000000);
}

function place(segment: Uint32Array, mixed: number, row: number): void {
  let at = home(mixed, segment.length);
  while (segment[at] !== 0) at = at + 1 === segment.length ? 0 : at + 1;
  segment[at] = slotOf(mixed, row);
}
