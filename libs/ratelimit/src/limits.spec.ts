import { verifies } from '@latchkey/testing';
import { Limits, type Limit } from './limits.ts';

function start() {
  const clock = { ms: 0 };
  const limits = new Limits({ name: 'test', nowMs: () => clock.ms });
  return { clock, limits, ask: (...asked: Limit[]) => limits.consume('acme', asked) };
}
const limit = (key: string, most: number, windowSeconds = 60): Limit => ({ key, limit: most, windowSeconds });

describe('Limits in memory', () => {
  verifies('G5', 'each limit holds by itself, and the nearest is told', async () => {
    const { ask, limits } = start();
    expect(limits.state).toBe('memory');
    expect(await ask(limit('one', 5), limit('all', 3))).toEqual({ allowed: true, nearest: 1, limit: 3, remaining: 2, resetSeconds: 60 });
    expect(await ask(limit('two', 2), limit('all', 3))).toEqual({ allowed: true, nearest: 0, limit: 2, remaining: 1, resetSeconds: 60 });
    await ask(limit('one', 5), limit('all', 3));
    expect(await ask(limit('one', 5), limit('all', 3))).toEqual({ allowed: false, nearest: 1, limit: 3, remaining: 0, resetSeconds: 60 });
  });

  verifies('G5', 'what one limit refuses costs nothing at the others', async () => {
    const { ask } = start();
    await ask(limit('small', 1), limit('large', 10));
    for (let n = 0; n < 5; n += 1) expect((await ask(limit('small', 1), limit('large', 10))).allowed).toBe(false);
    expect(await ask(limit('large', 10))).toMatchObject({ remaining: 8 });
  });

  verifies('G5', 'a window begins with the first request and ends by itself', async () => {
    const { ask, clock } = start();
    await ask(limit('k', 1, 10));
    clock.ms = 9_001;
    expect(await ask(limit('k', 1, 10))).toMatchObject({ allowed: false, resetSeconds: 1 });
    clock.ms = 10_000;
    expect(await ask(limit('k', 1, 10))).toMatchObject({ allowed: true, resetSeconds: 10 });
  });

  it('tenants do not share what they call the same', async () => {
    const { limits } = start();
    await limits.consume('acme', [limit('k', 1)]);
    expect((await limits.consume('rival', [limit('k', 1)])).allowed).toBe(true);
  });

  it('keeps none of those that are over for much longer than a minute', async () => {
    const { ask, clock, limits } = start();
    for (let n = 0; n < 2000; n += 1) await ask(limit(`k${n}`, 1, 1));
    clock.ms = 60_001;
    await ask(limit('last', 1));
    expect((limits as unknown as { windows: { windows: Map<string, unknown> } }).windows.windows.size).toBe(1);
  });

  it('keeps no more windows than are open, however many there were', async () => {
    const { ask, clock, limits } = start();
    for (let n = 0; n < 50_000; n += 1) await ask(limit(`k${n}`, 1, 1));
    clock.ms = 2000;
    await ask(limit('last', 1));
    expect((limits as unknown as { windows: { windows: Map<string, unknown> } }).windows.windows.size).toBe(1);
  });
});
