/** Which number a key has; a Map is one. An index may ask for the key of a number from `set` until the end of `delete`. */
export interface Numbers {
  readonly size: number;
  get(key: string): number | undefined;
  set(key: string, number: number): unknown;
  delete(key: string): unknown;
}

export interface InternedForm<T> {
  /** The value of a key; when it throws, nothing was interned. */
  make(key: string): T;
  /** The very key that a value was made from. */
  keyOf(value: T): string;
}

/** The form of strings that stand for themselves. */
export const plainStrings: InternedForm<string> = { make: (key) => key, keyOf: (value) => value };

/**
 * Values that many rows share, each made once and known by a number. A value lives as long as a row uses it: policies can be edited
 * for ever, and what nobody uses any more must not pile up.
 */
export class Interned<T> {
  private readonly numbers: Numbers;
  private readonly values: (T | undefined)[] = [];
  private readonly uses: number[] = [];
  private readonly vacant: number[] = [];
  private readonly unused = new Set<number>();
  private holds = 0;

  constructor(
    private readonly form: InternedForm<T>,
    indexFor: (keyAt: (number: number) => string) => Numbers = () => new Map(),
  ) {
    this.numbers = indexFor((number) => form.keyOf(this.valueOf(number)));
  }

  get size(): number {
    return this.numbers.size;
  }

  /** The number of a key, with one more use of it. */
  acquire(key: string): number {
    let number = this.numbers.get(key);
    if (number === undefined) {
      const value = this.form.make(key);
      number = this.vacant.pop() ?? this.values.length;
      this.put(number, key, value);
    }
    this.uses[number] += 1;
    return number;
  }

  /** One use less; with the last one the number is free for another value, unless somebody holds them. */
  release(number: number): void {
    this.uses[number] -= 1;
    if (this.uses[number] > 0) return;
    if (this.holds > 0) this.unused.add(number);
    else this.drop(number);
  }

  valueOf(number: number): T {
    return this.values[number] as T;
  }

  /** While held, a number keeps its meaning even without uses: what is being written out row by row refers to it. @returns the end of it */
  hold(): () => void {
    this.holds += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.holds -= 1;
      if (this.holds > 0) return;
      for (const number of this.unused) if (this.uses[number] === 0) this.drop(number);
      this.unused.clear();
    };
  }

  *entries(): Generator<[number: number, key: string]> {
    for (let number = 0; number < this.values.length; number += 1) {
      const value = this.values[number];
      if (value !== undefined) yield [number, this.form.keyOf(value)];
    }
  }

  /** Puts back an entry under its old number, without a use so far. @throws RangeError when number or key is taken or impossible */
  restore(number: number, key: string, limit: number): void {
    if (!Number.isInteger(number) || number < 0 || number >= limit || this.numbers.get(key) !== undefined || this.values[number] !== undefined) {
      throw new RangeError('not an entry');
    }
    while (this.values.length < number) {
      this.uses[this.values.length] = 0;
      this.values.push(undefined);
    }
    this.put(number, key, this.form.make(key));
  }

  /** One more use of a number that was restored. @throws RangeError when there is none */
  use(number: number): void {
    if (this.values[number] === undefined) throw new RangeError('a row refers to nothing');
    this.uses[number] += 1;
  }

  /** Ends a restoration: what no row has used is free. */
  settle(): void {
    this.vacant.length = 0;
    for (let number = this.values.length - 1; number >= 0; number -= 1) {
      if (this.values[number] === undefined) this.vacant.push(number);
      else if (this.uses[number] === 0) this.drop(number);
    }
  }

  private put(number: number, key: string, value: T): void {
    this.values[number] = value;
    this.uses[number] = 0;
    this.numbers.set(key, number);
  }

  private drop(number: number): void {
    const value = this.values[number];
    if (value === undefined) return;
    this.numbers.delete(this.form.keyOf(value));
    this.values[number] = undefined;
    this.vacant.push(number);
  }
}
