import { mix, RowIndex } from './row-index.ts';
import type { RowStore } from './row-store.ts';

/** Rows by public id: what the subject of a message names. */
export class IdIndex extends RowIndex {
  private low = 0;
  private high = 0;

  constructor(
    private readonly rows: RowStore,
    private readonly seed: Uint32Array,
  ) {
    super();
  }

  find(packedId: number): number {
    this.low = packedId >>> 0;
    this.high = Math.floor(packedId / 2 ** 32);
    return this.lookUp(mix(this.low, this.high, this.seed));
  }

  protected override mixOf(row: number): number {
    const chunk = this.rows.chunkOf(row);
    const at = this.rows.offsetOf(row);
    return mix(chunk[at + 8], chunk[at + 9] & 0xffff, this.seed);
  }

  protected override matches(row: number): boolean {
    const chunk = this.rows.chunkOf(row);
    const at = this.rows.offsetOf(row);
    return chunk[at + 8] === this.low && (chunk[at + 9] & 0xffff) === this.high;
  }

  protected override alike(one: number, other: number): boolean {
    return this.rows.packedId(one) === this.rows.packedId(other);
  }
}
