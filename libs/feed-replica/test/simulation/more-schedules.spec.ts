import { runSchedules, seedsOf } from './run-schedules.ts';

// The other half, in a file of its own: two run side by side.
const seeds = seedsOf(1, 2);

describe('the protocol, on a virtual clock, once more', () => {
  it(`accepts nothing past the bound, and heals, in ${seeds.length} schedules`, async () => {
    expect((await runSchedules(seeds)).worstMs).toBeLessThanOrEqual(5000);
  }, 900_000);
});
