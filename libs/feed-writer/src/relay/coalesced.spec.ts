import { Coalesced } from './coalesced.ts';

/** A task whose runs end when the test says so. */
function controlled(): { task: () => Promise<number>; ends: ((fail?: Error) => void)[] } {
  const ends: ((fail?: Error) => void)[] = [];
  const task = (): Promise<number> => {
    const number = ends.length + 1;
    return new Promise((resolve, reject) => ends.push((fail) => (fail === undefined ? resolve(number) : reject(fail))));
  };
  return { task, ends };
}

/** All that this turn of the event loop has settled is done with. */
const turn = (): Promise<void> => new Promise((resolve) => process.nextTick(() => process.nextTick(resolve)));

describe('Coalesced', () => {
  it('shares one run among all who call before it begins: in the same turn, however far apart', async () => {
    const { task, ends } = controlled();
    const coalesced = new Coalesced(task);
    const together = [coalesced.run()];
    for (let steps = 0; steps < 20; steps += 1) await Promise.resolve();
    together.push(coalesced.run());
    await turn();
    expect(ends).toHaveLength(1);
    ends[0]!();
    expect(await Promise.all(together)).toEqual([1, 1]);
    await turn();
    expect(ends).toHaveLength(1);
  });

  it('shares one run among all who call during another', async () => {
    const { task, ends } = controlled();
    const coalesced = new Coalesced(task);
    const first = coalesced.run();
    await turn();
    const waiting = [coalesced.run(), coalesced.run(), coalesced.run()];
    expect(ends).toHaveLength(1);
    ends[0]!();
    expect(await first).toBe(1);
    await turn();
    expect(ends).toHaveLength(2);
    ends[1]!();
    expect(await Promise.all(waiting)).toEqual([2, 2, 2]);
  });

  it('serves those who wait also after a run that failed', async () => {
    const { task, ends } = controlled();
    const coalesced = new Coalesced(task);
    const first = coalesced.run();
    await turn();
    const second = coalesced.run();
    ends[0]!(new Error('first'));
    await expect(first).rejects.toThrow('first');
    await turn();
    ends[1]!();
    expect(await second).toBe(2);
  });

  it('tells early whoever waits only for what a run has told, and everybody at its end', async () => {
    const tells: (() => void)[] = [];
    const { task, ends } = controlled();
    const coalesced = new Coalesced((tell) => {
      tells.push(tell);
      return task();
    });
    const done: string[] = [];
    void coalesced.told().then(() => done.push('told'));
    void coalesced.run().then(() => done.push('run'));
    await turn();
    // Not by what the run before has told.
    void coalesced.told().then(() => done.push('told later'));
    void coalesced.run().then(() => done.push('run later'));
    tells[0]!();
    await turn();
    expect(done).toEqual(['told']);
    ends[0]!();
    await turn();
    expect(done).toEqual(['told', 'run']);
    expect(ends).toHaveLength(2);
    ends[1]!();
    await turn();
    expect(done.slice(2).sort()).toEqual(['run later', 'told later']);
  });

  it('fails whoever waits to be told by a run that fails before it tells, and nobody by one that nobody waits for', async () => {
    const { task, ends } = controlled();
    const coalesced = new Coalesced(task);
    const [told, run] = [coalesced.told(), coalesced.run()];
    await turn();
    ends[0]!(new Error('first'));
    await expect(told).rejects.toThrow('first');
    await expect(run).rejects.toThrow('first');
    const alone = coalesced.run();
    await turn();
    ends[1]!(new Error('second'));
    await expect(alone).rejects.toThrow('second');
    await turn();
  });

  it('never runs twice at once and never answers with a run that began before the call', async () => {
    let active = 0;
    let begun = 0;
    const coalesced = new Coalesced(async () => {
      const number = ++begun;
      expect(++active).toBe(1);
      for (let turns = number % 5; turns > 0; turns--) await (number % 2 === 0 ? turn() : Promise.resolve());
      active -= 1;
      return number;
    });
    const calls: Promise<void>[] = [];
    for (let index = 0; index < 500; index++) {
      const before = begun;
      calls.push(coalesced.run().then((number) => expect(number).toBeGreaterThan(before)));
      for (let turns = (index * 7) % 11; turns > 0; turns--) await (index % 3 === 0 ? turn() : Promise.resolve());
    }
    await Promise.all(calls);
    expect(begun).toBeGreaterThan(50);
  });
});

describe('Coalesced, shared', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick'] }));
  afterEach(() => void jest.useRealTimers());

  it('begins one run for all who call at once, and the next one no sooner than it says', async () => {
    const { task, ends } = controlled();
    const coalesced = new Coalesced(task, 200);
    const first = [coalesced.share(), coalesced.share()];
    expect(ends).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(ends).toHaveLength(1);
    ends[0]!();
    expect(await Promise.all(first)).toEqual([1, 1]);
    const second = [coalesced.share()];
    await jest.advanceTimersByTimeAsync(150);
    second.push(coalesced.share());
    expect(ends).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(60);
    expect(ends).toHaveLength(2);
    ends[1]!();
    expect(await Promise.all(second)).toEqual([2, 2]);
  });

  it('is content with a run that somebody else begins, and never with one that has begun', async () => {
    const { task, ends } = controlled();
    const coalesced = new Coalesced(task, 200);
    void coalesced.run();
    await turn();
    const shared = coalesced.share();
    ends[0]!();
    await jest.advanceTimersByTimeAsync(1);
    expect(ends).toHaveLength(1);
    void coalesced.run();
    await turn();
    ends[1]!();
    expect(await shared).toBe(2);
    await jest.advanceTimersByTimeAsync(1000);
    expect(ends).toHaveLength(2);
  });

  it('waits for a run that takes longer than that, and begins one of its own after it', async () => {
    const { task, ends } = controlled();
    const coalesced = new Coalesced(task, 200);
    void coalesced.run();
    await turn();
    const shared = coalesced.share();
    await jest.advanceTimersByTimeAsync(1000);
    expect(ends).toHaveLength(1);
    ends[0]!();
    await jest.advanceTimersByTimeAsync(1);
    expect(ends).toHaveLength(2);
    ends[1]!(new Error('no'));
    await expect(shared).rejects.toThrow('no');
  });
});
