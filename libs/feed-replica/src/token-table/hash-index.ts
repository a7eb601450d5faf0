import { mix, RowIndex } from './row-index.ts';
import type { RowStore } from './row-store.ts';

/**
 * Rows by the full SHA-256 of their token. The seed keeps strangers from choosing hashes that meet in one place: without it they would
 * have to share 64 bits. Comparison is of all 256 bits; that its time tells a prefix is no secret, as nobody can make a token for a hash.
 */
export class HashIndex extends RowIndex {
  /** The hash that is being looked for. */
  readonly key = new Uint32Array(8);

  constructor(
    private readonly rows: RowStore,
    private readonly seed: Uint32Array,
  ) {
    super();
  }

  /** Looks for `key`. */
  find(): number {
    return this.lookUp(mix(this.key[0], this.key[1], this.seed));
  }

  protected override mixOf(row: number): number {
    const chunk = this.rows.chunkOf(row);
    const at = this.rows.offsetOf(row);
    return mix(chunk[at], chunk[at + 1], this.seed);
  }

  protected override matches(row: number): boolean {
    const { key } = this;
    const chunk = this.rows.chunkOf(row);
    const at = this.rows.offsetOf(row);
    return (
      chunk[at] === key[0] &&
      chunk[at + 1] === key[1] &&
      chunk[at + 2] === key[2] &&
      chunk[at + 3] === key[3] &&
      chunk[at + 4] === key[4] &&
      chunk[at + 5] === key[5] &&
      chunk[at + 6] === key[6] &&
      chunk[at + 7] === key[7]
    );
  }

  protected override alike(one: number, other: number): boolean {
    const at = this.rows.offsetOf(one);
    this.key.set(this.rows.chunkOf(one).subarray(at, at + this.key.length));
    return this.matches(other);
  }
}
