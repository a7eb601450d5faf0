import { createRateLimiter } from './rate-limiter.ts';

describe('a limiter in memory', () => {
  it('allows what the limit says and counts down', async () => {
    const limiter = createRateLimiter({ name: 'memory', limit: 2, windowSeconds: 60 });
    expect(await limiter.consume('k')).toEqual({ allowed: true, limit: 2, remaining: 1, resetSeconds: 60 });
    expect(await limiter.consume('k')).toMatchObject({ allowed: true, remaining: 0 });
    const refused = await limiter.consume('k');
    expect(refused).toMatchObject({ allowed: false, limit: 2, remaining: 0 });
    expect(refused.resetSeconds).toBeGreaterThan(0);
    expect(refused.resetSeconds).toBeLessThanOrEqual(60);
  });

  it('keeps keys and limiters apart', async () => {
    const [one, two] = ['one', 'two'].map((name) => createRateLimiter({ name, limit: 1, windowSeconds: 60 }));
    expect((await one!.consume('k')).allowed).toBe(true);
    expect((await one!.consume('other')).allowed).toBe(true);
    expect((await two!.consume('k')).allowed).toBe(true);
    expect((await one!.consume('k')).allowed).toBe(false);
  });

  it('charges the cost, and asks without charging', async () => {
    const limiter = createRateLimiter({ name: 'cost', limit: 5, windowSeconds: 60 });
    expect(await limiter.consume('k', { cost: 4 })).toMatchObject({ allowed: true, remaining: 1 });
    expect(await limiter.consume('k', { cost: 0 })).toMatchObject({ allowed: true, remaining: 1 });
    expect(await limiter.consume('k', { cost: 2 })).toMatchObject({ allowed: false, remaining: 0 });
  });

  it('takes a limit of the key itself', async () => {
    const limiter = createRateLimiter({ name: 'own', limit: 1, windowSeconds: 60 });
    for (const remaining of [2, 1, 0]) expect(await limiter.consume('k', { limit: 3 })).toMatchObject({ allowed: true, limit: 3, remaining });
    expect((await limiter.consume('k', { limit: 3 })).allowed).toBe(false);
  });

  it('tells long keys apart', async () => {
    const limiter = createRateLimiter({ name: 'long', limit: 1, windowSeconds: 60 });
    const long = 'x'.repeat(100_000);
    expect((await limiter.consume(`${long}1`)).allowed).toBe(true);
    expect((await limiter.consume(`${long}2`)).allowed).toBe(true);
    expect((await limiter.consume(`${long}1`)).allowed).toBe(false);
  });

  it('begins a new window when the old one ends', async () => {
    jest.useFakeTimers();
    try {
      const limiter = createRateLimiter({ name: 'window', limit: 1, windowSeconds: 10 });
      await limiter.consume('k');
      expect(await limiter.consume('k')).toMatchObject({ allowed: false, resetSeconds: 10 });
      jest.advanceTimersByTime(4_000);
      expect(await limiter.consume('k')).toMatchObject({ allowed: false, resetSeconds: 6 });
      jest.advanceTimersByTime(6_001);
      expect(await limiter.consume('k')).toMatchObject({ allowed: true, resetSeconds: 10 });
    } finally {
      jest.useRealTimers();
    }
  });
});
