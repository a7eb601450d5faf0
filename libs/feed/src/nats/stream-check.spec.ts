import type { FeedState } from '../feed.ts';
import { streamCheck } from './stream-check.ts';

describe('streamCheck', () => {
  /** Runs one check per step: where the stream stands and what was applied by then. */
  async function run(steps: { state: Partial<FeedState> | Error; applied: number }[]): Promise<string[]> {
    const ends: string[] = [];
    const delivery = { epoch: 'one', applied: 0 };
    let state: Partial<FeedState> | Error = {};
    const check = streamCheck(
      () => (state instanceof Error ? Promise.reject(state) : Promise.resolve({ epoch: 'one', sequence: 0, messages: 0, ...state })),
      delivery,
      (reason) => ends.push(reason),
    );
    for (const step of steps) {
      state = step.state;
      delivery.applied = step.applied;
      check();
      await new Promise(setImmediate);
    }
    return ends;
  }

  it('is content with a follower that is level, or behind for a moment, or makes headway', async () => {
    expect(await run([{ state: { sequence: 5 }, applied: 5 }, { state: { sequence: 9 }, applied: 5 }, { state: { sequence: 9 }, applied: 9 }])).toEqual([]);
    expect(await run([{ state: { sequence: 900 }, applied: 5 }, { state: { sequence: 900 }, applied: 300 }, { state: { sequence: 900 }, applied: 600 }])).toEqual([]);
  });

  it('distrusts a consumer that delivers nothing while the stream is ahead', async () => {
    expect(await run([{ state: { sequence: 9 }, applied: 5 }, { state: { sequence: 9 }, applied: 5 }])).toEqual(['nothing arrives']);
  });

  it('begins to count anew after the follower was level', async () => {
    expect(await run([{ state: { sequence: 9 }, applied: 5 }, { state: { sequence: 5 }, applied: 5 }, { state: { sequence: 9 }, applied: 5 }])).toEqual([]);
  });

  it('notices another stream, and one that lost its end', async () => {
    expect(await run([{ state: { epoch: 'two', sequence: 5 }, applied: 5 }])).toEqual(['another stream']);
    expect(await run([{ state: { sequence: 4 }, applied: 5 }])).toEqual(['another stream']);
  });

  it('concludes nothing from a check that failed', async () => {
    expect(await run([{ state: { sequence: 9 }, applied: 5 }, { state: new Error('away'), applied: 5 }])).toEqual([]);
  });
});
