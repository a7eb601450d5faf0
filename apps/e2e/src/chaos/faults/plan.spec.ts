import { faults, planOf, type Planned } from './plan.ts';

function take(seed: number, lane: 'servers' | 'gateways', count: number): Planned[] {
  const plan = planOf(seed, lane);
  return Array.from({ length: count }, () => plan.next().value);
}
const kindsOf = (planned: readonly Planned[]): string[] => planned.map(({ fault }) => fault.kind);

describe('the plan of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(take(7, 'servers', 40)).toEqual(take(7, 'servers', 40));
    expect(kindsOf(take(7, 'servers', 40))).not.toEqual(kindsOf(take(8, 'servers', 40)));
  });

  it('has every kind before it has one again', () => {
    for (const lane of ['servers', 'gateways'] as const) {
      const kinds = faults.filter((fault) => fault.lane === lane).map(({ kind }) => kind);
      expect(new Set(kinds).size).toBe(kinds.length);
      expect(kindsOf(take(3, lane, kinds.length)).sort()).toEqual([...kinds].sort());
    }
  });
});
