import { Interned } from './interned.ts';

describe('interned values', () => {
  it('keep the meaning of a number while they are held, and give it back afterwards', () => {
    const interned = new Interned((key) => key);
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
    const interned = new Interned((key) => key);
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
    const interned = new Interned(() => {
      throw new Error('no');
    });
    expect(() => interned.acquire('a')).toThrow('no');
    expect(interned.size).toBe(0);
  });
});
