import { verifies } from '@latchkey/testing';
import { isOpen, pauseSeconds } from './circuit.ts';
import { maxAttempts, retryAfterSeconds, waitSeconds } from './schedule.ts';

describe('the schedule of attempts', () => {
  verifies('WH-03', 'is ten attempts, with jitter that only adds', () => {
    const [least, most] = [() => 0, () => 0.999999];
    const waits = Array.from({ length: maxAttempts }, (_, at) => waitSeconds(at + 1, 0, least));
    expect(waits).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, null]);
    for (const [at, wait] of waits.slice(0, -1).entries()) {
      const longer = waitSeconds(at + 1, 0, most)!;
      expect(longer).toBeGreaterThan(wait! * 1.2);
      expect(longer).toBeLessThan(wait! * 1.26);
    }
  });

  verifies('WH-03', 'waits as long as the receiver asks, a day at most, and never less than it would', () => {
    const now = new Date('2026-03-01T12:00:00Z');
    expect(retryAfterSeconds('120', now)).toBe(120);
    expect(retryAfterSeconds('Sun, 01 Mar 2026 12:01:30 GMT', now)).toBe(90);
    for (const nothing of [null, '', 'soon', '-5', '1e9', 'Sun, 01 Mar 2026 11:00:00 GMT']) expect([nothing, retryAfterSeconds(nothing, now)]).toEqual([nothing, 0]);
    expect(waitSeconds(1, 120, () => 0)).toBe(120);
    expect(waitSeconds(1, 999_999_999, () => 0)).toBe(86_400);
    expect(waitSeconds(3, 1, () => 0)).toBe(1800);
    expect(waitSeconds(maxAttempts, 60)).toBeNull();
  });
});

describe('the circuit of an endpoint', () => {
  verifies('WH-03', 'opens at the fifth failure in a row, for longer every time, an hour at most', () => {
    expect([0, 1, 4].map(isOpen)).toEqual([false, false, false]);
    expect([4, 5, 6, 7, 12, 1000].map(pauseSeconds)).toEqual([0, 30, 60, 120, 3600, 3600]);
  });
});
