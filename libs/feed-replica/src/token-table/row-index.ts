const segmentCount = 256;
const firstCapacity = 8;
const maxLoad = 0.85;
const growth = 1.25;
const rowBits = 26;
const rowMask = (1 << rowBits) - 1;

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
  private readonly segments: Uint32Array[];
  private readonly used = new Uint32Array(segmentCount);

  constructor() {
    this.segments = Array.from({ length: segmentCount }, () => new Uint32Array(firstCapacity));
  }

  /** The mixed key of a row in the table. */
  protected abstract mixOf(row: number): number;
  /** Whether a row has the whole key that is being looked for. */
  protected abstract matches(row: number): boolean;

  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.byteLength, 0);
  }

  /** Slots of the largest segment: what one growth moves at most. */
  get largestSegment(): number {
    return this.segments.reduce((most, segment) => Math.max(most, segment.length), 0);
  }

  /** Makes room for this many rows in an index that is empty. */
  reserve(rows: number): void {
    const mean = rows / segmentCount;
    // Segments differ by chance: four standard deviations above the mean, hardly any has to grow.
    const capacity = Math.ceil((mean + 4 * Math.sqrt(mean)) / maxLoad) + firstCapacity;
    for (let at = 0; at < segmentCount; at += 1) this.segments[at] = new Uint32Array(capacity);
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

  private grow(number: number): void {
    const before = this.segments[number];
    const after = new Uint32Array(Math.ceil(before.length * growth));
    for (const slot of before) {
      if (slot === 0) continue;
      const row = (slot & rowMask) - 1;
      place(after, this.mixOf(row), row);
    }
    this.segments[number] = after;
  }
}

/** Capacities are no powers of two, so the place is the mixed key scaled to them. */
function home(mixed: number, capacity: number): number {
  return Math.floor(((mixed & 0xffffff) * capacity) / 0x1000000);
}

function place(segment: Uint32Array, mixed: number, row: number): void {
  let at = home(mixed, segment.length);
  while (segment[at] !== 0) at = at + 1 === segment.length ? 0 : at + 1;
  segment[at] = ((mixed & 63) << rowBits) | (row + 1);
}
