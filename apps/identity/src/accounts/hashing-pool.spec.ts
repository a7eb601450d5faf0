import { verifies } from '@latchkey/testing';
import { HashingPool } from './hashing-pool.ts';

describe('the hashing pool', () => {
  verifies('I7', 'it runs so many at once, lets so many wait, and refuses the rest with a time to come back', async () => {
    const pool = new HashingPool({ slots: 2, waiting: 3 });
    let [running, most] = [0, 0];
    const release: (() => void)[] = [];
    const work = async (): Promise<string> => {
      most = Math.max(most, (running += 1));
      await new Promise<void>((resolve) => release.push(resolve));
      running -= 1;
      return 'hashed';
    };
    const admitted = Array.from({ length: 5 }, () => pool.run(work));
    await expect(pool.run(work)).rejects.toMatchObject({ code: 'rate_limited', status: 503, headers: { 'retry-after': '2' } });
    for (let done = 0; done < 5; done += 1) {
      release.shift()!();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await Promise.all(admitted)).toEqual(Array.from({ length: 5 }, () => 'hashed'));
    expect(most).toBe(2);
    const again = pool.run(() => Promise.resolve('free again'));
    expect(await again).toBe('free again');
  });

  it('gives the slot of failed work to the next', async () => {
    const pool = new HashingPool({ slots: 1, waiting: 1 });
    const failing = pool.run(() => Promise.reject(new Error('no')));
    const next = pool.run(() => Promise.resolve(1));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe(1);
  });
});
