import { Semaphore } from '../provider/semaphore.ts';
import { Turns } from './turns.ts';

describe('Turns', () => {
  it('lets work on one thing run one after the other, also after a failure, and says who waited', async () => {
    const turns = new Turns();
    const log: string[] = [];
    const work = (name: string, fails = false) => async (waited: boolean) => {
      log.push(`${name} begins${waited ? ' after waiting' : ''}`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const results = await Promise.allSettled([turns.take('k', work('a', true)), turns.take('k', work('b')), turns.take('other', work('c'))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(log.indexOf('a ends')).toBeLessThan(log.indexOf('b begins after waiting'));
    expect(log).toContain('c begins');
    expect(await turns.take('k', (waited) => Promise.resolve(waited))).toBe(false);
  });
});

describe('Semaphore', () => {
  it('never lets more in than it has room for, and gives a slot back when work fails', async () => {
    const semaphore = new Semaphore(2);
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, (running += 1));
      await new Promise(setImmediate);
      running -= 1;
      throw new Error('fails');
    };
    await Promise.allSettled(Array.from({ length: 20 }, () => semaphore.use(work)));
    expect([most, running]).toEqual([2, 0]);
  });
});
