import { Schedule } from './schedule.ts';

/** One alone when a failure is to be replayed. */
const replayed = process.env['SIMULATION_SEED'];
const count = Number(process.env['SIMULATION_COUNT'] ?? (replayed === undefined ? 2000 : 1));

/** Seeds of a run, in as many parts as there are files that run side by side. */
export function seedsOf(part: number, parts: number): number[] {
  const first = Number(replayed ?? 1);
  return Array.from({ length: count }, (_, at) => first + at).filter((seed) => seed % parts === part);
}

/** Of all schedules together; `worstMs` is the latest acceptance after a COMMIT. */
export type Total = Record<'revocations' | 'rebuilds' | 'looks' | 'worstMs' | 'healedAfterMs', number>;

/**
 * Runs a schedule per seed, and expects that enough happened in them to mean something.
 * @throws Violation
 */
export async function runSchedules(seeds: readonly number[]): Promise<Total> {
  const total: Total = { revocations: 0, rebuilds: 0, looks: 0, worstMs: 0, healedAfterMs: 0 };
  for (const seed of seeds) {
    const result = await new Schedule(seed).run();
    for (const key of ['revocations', 'rebuilds', 'looks'] as const) total[key] += result[key];
    for (const key of ['worstMs', 'healedAfterMs'] as const) total[key] = Math.max(total[key], result[key]);
  }
  process.stdout.write(`simulation: ${JSON.stringify({ schedules: seeds.length, ...total })}\n`);
  if (seeds.length >= 100) {
    // It is no proof where nothing happened: there were revocations, rebuilds, and acceptances that came near the bound.
    expect(total.revocations).toBeGreaterThan(seeds.length * 5);
    expect(total.rebuilds).toBeGreaterThan(seeds.length / 10);
    expect(total.worstMs).toBeGreaterThan(3000);
  }
  return total;
}
