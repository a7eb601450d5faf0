import { setImmediate as turn } from 'node:timers/promises';
import { TurnBatch } from './turn-batch.ts';

describe('what comes in one turn of the event loop', () => {
  it('is handled at the end of it, together and in its order; what is added meanwhile is of the next', async () => {
    const batches: number[][] = [];
    const batch: TurnBatch<number> = new TurnBatch((items) => {
      batches.push(items);
      if (items.includes(1)) batch.add(4);
    });
    batch.add(1);
    await Promise.resolve();
    batch.add(2);
    batch.add(3);
    expect(batches).toEqual([]);
    await turn();
    await turn();
    expect(batches).toEqual([[1, 2, 3], [4]]);
    await turn();
    expect(batches).toHaveLength(2);
  });
});
