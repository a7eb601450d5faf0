import { writers } from '@latchkey/contracts';
import { eventually } from '@latchkey/testing';
import type { Fleet } from './fleet.ts';

interface WriterStatus {
  ageMs: number | null;
  appliedSequence: number;
  digestOk: boolean | null;
  epoch: string | null;
}
type FeedStatus = Record<(typeof writers)[number], WriterStatus>;

async function statusOf(url: string): Promise<FeedStatus> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}`);
  return (await response.json()) as FeedStatus;
}

/**
 * Waits until every gateway is proven fresh on both feeds, at the same sequence of the same epoch.
 * @returns how long that took
 * @throws with what they say of themselves
 */
export async function converge({ fleet }: Pick<Fleet, 'fleet'>, timeoutMs: number): Promise<number> {
  const sinceMs = performance.now();
  await eventually(async () => {
    const statuses = await Promise.all(fleet.map(({ feedStatusUrl }) => statusOf(feedStatusUrl)));
    const isEqual = writers.every((writer) => {
      const all = statuses.map((status) => status[writer]);
      const [first] = all;
      return all.every((one) => one.digestOk === true && one.ageMs !== null && one.ageMs < 1000 && one.appliedSequence === first?.appliedSequence && one.epoch === first.epoch);
    });
    if (!isEqual) throw new Error(`The gateways differ: ${JSON.stringify(statuses)}`);
  }, { timeoutMs });
  return performance.now() - sinceMs;
}
