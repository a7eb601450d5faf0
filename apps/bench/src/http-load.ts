import { percentile } from './measure.ts';

export interface Throughput {
  perSecond: number;
  operations: number;
  p99Ms: number;
}

/** As many as can be done: every worker begins the next operation when the last is done. @param operation  gets the number of its worker */
export async function asManyAsPossible(workers: number, seconds: number, operation: (worker: number) => Promise<void>): Promise<Throughput> {
  const times: number[] = [];
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      while (performance.now() < endMs) {
        const beganMs = performance.now();
        await operation(worker);
        times.push(performance.now() - beganMs);
      }
    }),
  );
  return { perSecond: times.length / ((performance.now() - startedMs) / 1000), operations: times.length, p99Ms: percentile(times, 0.99) };
}

/**
 * At an even pace, whatever the answers take: a time is counted from when the operation was due, so that waiting for a free worker shows.
 * @param workers  each does one operation at a time
 */
export async function atPace(workers: number, perSecond: number, seconds: number, operation: (worker: number) => Promise<void>): Promise<Throughput> {
  const times: number[] = [];
  const startedMs = performance.now();
  const total = Math.floor(perSecond * seconds);
  let next = 0;
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      for (let mine = next++; mine < total; mine = next++) {
        const dueMs = startedMs + (mine / perSecond) * 1000;
        const waitMs = dueMs - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        await operation(worker);
        times.push(performance.now() - dueMs);
      }
    }),
  );
  return { perSecond: times.length / ((performance.now() - startedMs) / 1000), operations: times.length, p99Ms: percentile(times, 0.99) };
}
