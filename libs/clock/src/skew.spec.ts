import { skewMs, skewProblem } from './skew.ts';

const at = 1_800_000_000_000;

describe('clock skew', () => {
  it('is none while the other clock lies between question and answer', () => {
    for (const theirsMs of [at, at + 500, at + 1000]) expect(skewMs({ theirsMs, askedAtMs: at, heardAtMs: at + 1000 })).toBe(0);
  });

  it('counts from the nearer end, in both directions', () => {
    expect(skewMs({ theirsMs: at - 5000, askedAtMs: at, heardAtMs: at + 1000 })).toBe(5000);
    expect(skewMs({ theirsMs: at + 6000, askedAtMs: at, heardAtMs: at + 1000 })).toBe(-5000);
  });

  it('is a problem beyond a minute, and says which way', () => {
    const reading = (theirsMs: number) => ({ theirsMs, askedAtMs: at, heardAtMs: at });
    expect([skewProblem('Postgres', reading(at - 60_000)), skewProblem('Postgres', reading(at + 60_000))]).toEqual([null, null]);
    expect(skewProblem('Postgres', reading(at - 61_000))).toContain('61 s ahead of that of Postgres; 60 s is the most. Synchronize both');
    expect(skewProblem('Postgres', reading(at + 3_600_000))).toContain('3600 s behind');
  });
});
