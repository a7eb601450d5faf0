import { verifies } from '@latchkey/testing';
import { UpstreamHealth } from './upstream-health.ts';

function start() {
  const clock = { at: 0, nowMs: () => clock.at };
  const health = new UpstreamHealth(clock, { nowMs: () => 1_800_000_000_000 + clock.at, nowSeconds: () => 1_800_000_000 });
  const fail = (times: number): void => { for (let n = 0; n < times; n += 1) health.failed('unreachable'); };
  return { clock, health, fail };
}

describe('UpstreamHealth', () => {
  verifies('G3', 'a server is down after five failures in a row, and not after five in all', () => {
    const { health, fail } = start();
    expect(health.seen().state).toBe('unknown');
    fail(4);
    health.succeeded();
    fail(4);
    expect([health.refuses(), health.seen()]).toMatchObject([null, { state: 'up', failures: 4, lastFailure: 'unreachable' }]);
    fail(1);
    expect([health.refuses(), health.seen().state]).toEqual([1000, 'down']);
  });

  verifies('G3', 'a server that has never answered is not up, and is asked all the same', () => {
    const { health, fail } = start();
    fail(1);
    expect([health.refuses(), health.seen()]).toMatchObject([null, { state: 'down', failures: 1, lastSuccessAtMs: null }]);
    health.succeeded();
    fail(1);
    expect(health.seen().state).toBe('up');
  });

  verifies('G3', 'one request at a time tries after a pause that doubles up to half a minute, and one answer opens it for all', () => {
    const { clock, health, fail } = start();
    fail(5);
    const pauses: number[] = [];
    for (let n = 0; n < 7; n += 1) {
      const pause = health.refuses() ?? 0;
      pauses.push(pause);
      clock.at += pause;
      expect([health.refuses(), (health.refuses() ?? 0) > 0]).toEqual([null, true]);
      fail(1);
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    clock.at += 30_000;
    expect(health.refuses()).toBeNull();
    health.succeeded();
    expect([health.refuses(), health.refuses(), health.seen().state]).toEqual([null, null, 'up']);
    fail(5);
    expect(health.refuses()).toBe(1000);
  });

  it('what was under way when it went down makes the pause no longer', () => {
    const { health, fail } = start();
    fail(50);
    expect(health.refuses()).toBe(1000);
  });

  it('whoever tries and leaves gives the try to the next; whoever never comes back holds it ten seconds', () => {
    const { clock, health, fail } = start();
    fail(5);
    clock.at += 1000;
    expect(health.refuses()).toBeNull();
    health.abandoned();
    expect(health.refuses()).toBeNull();
    expect(health.refuses()).toBe(10_000);
    clock.at += 10_000;
    expect(health.refuses()).toBeNull();
  });
});
