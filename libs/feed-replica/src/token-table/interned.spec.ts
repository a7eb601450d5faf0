import { Interned, plainStrings, type Numbers } from './interned.ts';
import { StringIndex } from './string-index.ts';

const indexes: [string, (keyAt: (number: number) => string) => Numbers][] = [
  ['a Map', () => new Map()],
  ['an index of their own', (keyAt) => new StringIndex(keyAt, new Uint32Array([1, 2]))],
];

describe.each(indexes)('interned values with %s', (_name, indexFor) => {
  it('are found again among many, and gone after their last use', () => {
    const interned = new Interned(plainStrings, indexFor);
    const keys = Array.from({ length: 5000 }, (_, index) => `key ${index}`);
    const numbers = keys.map((key) => interned.acquire(key));
    expect(new Set(numbers).size).toBe(5000);
    keys.forEach((key, at) => expect(interned.acquire(key)).toBe(numbers[at]));
    for (const number of numbers) interned.release(number);
    expect(interned.size).toBe(5000);
    numbers.forEach((number, at) => at % 2 === 0 && interned.release(number));
    expect([...interned.entries()].map(([, key]) => key)).toEqual(keys.filter((_key, at) => at % 2 === 1));
    expect(interned.size).toBe(2500);
  });

  it('keep the meaning of a number while they are held, and give it back afterwards', () => {
    const interned = new Interned(plainStrings, indexFor);
    const first = interned.acquire('first');
    const release = interned.hold();
    interned.release(first);
    expect(interned.acquire('second')).not.toBe(first);
    expect([...interned.entries()]).toContainEqual([first, 'first']);
    release();
    release();
    expect([...interned.entries()].map(([, key]) => key)).toEqual(['second']);
    expect(interned.acquire('third')).toBe(first);
  });

  it('keep what was taken up again while they were held', () => {
    const interned = new Interned(plainStrings, indexFor);
    const number = interned.acquire('a');
    const [one, two] = [interned.hold(), interned.hold()];
    interned.release(number);
    one();
    expect(interned.acquire('a')).toBe(number);
    two();
    expect(interned.valueOf(number)).toBe('a');
    interned.release(number);
    expect(interned.size).toBe(0);
  });

  it('intern nothing when the value cannot be made', () => {
    const interned = new Interned<string>({
      ...plainStrings,
      make: () => {
        throw new Error('no');
      },
    }, indexFor);
    expect(() => interned.acquire('a')).toThrow('no');
    expect(interned.size).toBe(0);
  });
});
