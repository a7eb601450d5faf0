import { FakeWallClock } from '@latchkey/clock/testing';
import { verifies } from '@latchkey/testing';
import { MemoryUsedProofs, RedisUsedProofs } from './used-proofs.ts';

const start = 1_800_000_000;

describe('used proofs in memory', () => {
  verifies('GW-26', 'a proof is used once, until it is too old anyway, whatever time it claims the second time', async () => {
    const clock = new FakeWallClock(start * 1000);
    const used = new MemoryUsedProofs(clock);
    expect(await used.claim('a', start + 300)).toBe(true);
    expect(await used.claim('a', start + 300)).toBe(false);
    expect(await used.claim('a', start + 590)).toBe(false);
    expect(await used.claim('b', start + 300)).toBe(true);
    clock.advance(300_000);
    expect(await used.claim('a', start + 300)).toBe(false);
  });

  verifies('GW-26', 'what is too old takes no room, and where there is none nothing is accepted', async () => {
    const clock = new FakeWallClock(start * 1000);
    const used = new MemoryUsedProofs(clock, 2);
    expect([await used.claim('a', start + 60), await used.claim('b', start + 60)]).toEqual([true, true]);
    await expect(used.claim('c', start + 60)).rejects.toMatchObject({ code: 'state_stale' });
    clock.advance(180_000);
    expect(await used.claim('c', start + 240)).toBe(true);
  });
});

describe('used proofs in Redis', () => {
  verifies('GW-26', 'with Redis away no proof is accepted', async () => {
    const used = new RedisUsedProofs({ set: () => Promise.reject(new Error('away')) } as never, new FakeWallClock(start * 1000));
    await expect(used.claim('a', start + 300)).rejects.toMatchObject({ code: 'state_stale', headers: { 'retry-after': '1' } });
  });
});
