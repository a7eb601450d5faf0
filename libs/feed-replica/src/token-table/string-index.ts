import { mix, RowIndex } from './row-index.ts';

/** Numbers of strings that are kept elsewhere, at seven bytes each; a Map needs 36. For strings that no stranger chooses. */
export class StringIndex extends RowIndex {
  size = 0;
  private key = '';

  /** @param stringOf  the string of a number that is in here */
  constructor(
    private readonly stringOf: (number: number) => string,
    private readonly seed: Uint32Array,
  ) {
    super(1.5);
  }

  get(key: string): number | undefined {
    this.key = key;
    const number = this.lookUp(this.mixString(key));
    return number === -1 ? undefined : number;
  }

  set(_key: string, number: number): void {
    this.insert(number);
    this.size += 1;
  }

  delete(key: string): void {
    const number = this.get(key);
    if (number === undefined) return;
    this.remove(number);
    this.size -= 1;
  }

  protected override mixOf(number: number): number {
    return this.mixString(this.stringOf(number));
  }

  protected override matches(number: number): boolean {
    return this.stringOf(number) === this.key;
  }

  protected override alike(one: number, other: number): boolean {
    return this.stringOf(one) === this.stringOf(other);
  }

  private mixString(key: string): number {
    let h = key.length;
    for (let at = 0; at < key.length; at += 1) h = Math.imul(h ^ key.charCodeAt(at), 0x01000193);
    return mix(h, key.length, this.seed);
  }
}
