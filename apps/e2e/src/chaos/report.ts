import type { Observer } from './observer.ts';
import type { Propagation } from './propagation.ts';
import type { Revoking } from './revoking.ts';
import type { Tally } from './tally.ts';

export interface Report {
  seed: number;
  seconds: number;
  faults: Tally;
  observer: Observer;
  revoking: Revoking;
  calm: Propagation;
  mints: number;
  convergedMs: number;
  revokedCredentials: number;
  /** Revoked, and not refused at some gateway when everything was well again */
  lost: string[];
  /** Valid, and not accepted at some gateway when everything was well again */
  shutOut: string[];
  crashed: string[];
}

/** Everything that must not be; an empty list is a run that has passed. */
export function findings({ observer, revoking, lost, shutOut, crashed }: Report): string[] {
  return [
    ...titled('accepted after COMMIT + N', observer.violations, observer.violationCount),
    ...titled('valid and refused with 401', observer.falseRefusals, observer.falseRefusalCount),
    ...titled('answers that are neither', observer.oddities, observer.oddityCount),
    ...titled('revocations that a writer failed without an excuse', revoking.failures),
    ...titled('revocations that were lost', lost),
    ...titled('valid credentials that stay shut out', shutOut),
    ...titled('processes that ended by themselves', crashed),
  ];
}

function titled(title: string, all: readonly string[], count = all.length): string[] {
  return count === 0 ? [] : [`${count} ${title}:`, ...all.slice(0, 20).map((one) => `  ${one}`)];
}

export function figures(report: Report): string {
  const { seed, seconds, faults, observer, revoking, calm, mints, convergedMs, revokedCredentials } = report;
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const worst = [...observer.worstAcceptanceMs].sort(([one], [other]) => one - other);
  return [
    `chaos: seed ${seed}, ${seconds.toFixed(0)} s`,
    `  revocations      ${revoking.done.total} (${String(revoking.done)}), ending ${revokedCredentials} credentials; ${mints} keys minted`,
    `  failed attempts  ${revoking.excused.total}, each repeated until acknowledged (${String(revoking.excused) || 'none'})`,
    `  faults           ${faults.total} (${String(faults)})`,
    `  checks           ${observer.answers.total} (${String(observer.answers)})`,
    `  stale (503)      ${observer.answers.of('alive stale') + observer.answers.of('dead stale') + observer.answers.of('dying stale')}`,
    `  worst acceptance ${worst.length === 0 ? 'none after an acknowledgement' : worst.map(([boundMs, afterMs]) => `${ms(afterMs)} after the acknowledgement, N = ${boundMs} ms`).join('; ')}`,
    `  calm propagation p50 ${ms(calm.p50Ms)}, p99 ${ms(calm.p99Ms)} over ${calm.count}, request and COMMIT included`,
    `  convergence      ${ms(convergedMs)} after the last fault`,
  ].join('\n');
}
