export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that `share` of the samples do not exceed. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

export interface Measured {
  value: number;
  range: [number, number];
}

export const summarize = (values: readonly number[]): Measured => ({
  value: median(values),
  range: [Math.min(...values), Math.max(...values)],
});

/** Where results go, so that no work that is measured can be left out as unused. */
export const sink = { value: 0 };

/** CPU time of this thread in milliseconds: unlike the clock on the wall it does not run while somebody else has the core. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * Nanoseconds of CPU time per operation of each contender. They take turns in every round, so that a noisy moment of the machine hits all of them;
 * the first round warms up and is not counted.
 * @param contenders  each performs operations number `from` up to `to` and returns anything that depends on their results
 */
export function compare<Name extends string>(
  contenders: Record<Name, (from: number, to: number) => number>,
  { operations, rounds = 7 }: { operations: number; rounds?: number },
): Record<Name, Measured> {
  const names = Object.keys(contenders) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const startedMs = threadMs();
      sink.value += contenders[name](0, operations);
      const nanoseconds = ((threadMs() - startedMs) * 1e6) / operations;
      if (round > 0) times[name].push(nanoseconds);
    }
  }
  return Object.fromEntries(names.map((name) => [name, summarize(times[name])])) as Record<Name, Measured>;
}

/** By how much the second of each pair grows with the first, as the line of least squares through them says it. */
export function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread;
}
