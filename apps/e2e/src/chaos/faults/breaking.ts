import { setTimeout as sleep } from 'node:timers/promises';
import type { Excuses } from '../excuses.ts';
import type { Fleet } from '../fleet.ts';
import { Random } from '../random.ts';
import { Tally } from '../tally.ts';
import type { Fault } from './fault.ts';
import { planOf } from './plan.ts';

export interface BreakingOptions {
  fleet: Fleet;
  excuses: Excuses;
  seed: number;
  /** No fault begins after this. */
  untilMs: number;
  log: (line: string) => void;
}

/** Runs the plan of each lane, both side by side. @throws what kept a fault from being brought about; no further one begins then */
export async function breakThings(options: BreakingOptions): Promise<Tally> {
  const done = new Tally();
  const failed = new AbortController();
  const lanes = (['servers', 'gateways'] as const).map((lane) =>
    runLane(lane, options, done, failed.signal).catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  const failure = (await Promise.allSettled(lanes)).find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return done;
}

async function runLane(lane: Fault['lane'], { fleet, excuses, seed, untilMs, log }: BreakingOptions, done: Tally, failed: AbortSignal): Promise<void> {
  for (const { fault, pauseMs, seed: ownSeed } of planOf(seed, lane)) {
    await sleep(pauseMs);
    if (performance.now() > untilMs || failed.aborted) return;
    const sinceMs = performance.now();
    const told = await fault.run({ fleet, excuses, random: new Random(ownSeed) });
    const more = typeof told === 'string' ? ` (${told})` : '';
    log(`${sinceMs.toFixed(0)} to ${performance.now().toFixed(0)}: ${fault.kind}${more}`);
    done.add(fault.kind);
  }
}
