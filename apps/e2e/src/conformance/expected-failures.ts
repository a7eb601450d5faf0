import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../harness/repository.ts';

/** A known failure, with why it is one. */
interface ExpectedFailure {
  check: string;
  reason: string;
}

export interface Judgement {
  /** Failed, and nobody expected it */
  unexpected: string[];
  /** Expected to fail, and did not: the entry has to go, so that the list only shrinks */
  stale: string[];
}

export function compare(expected: readonly string[], failures: readonly string[]): Judgement {
  return {
    unexpected: failures.filter((failure) => !expected.includes(failure)),
    stale: expected.filter((check) => !failures.includes(check)),
  };
}

/** Compares a run with `conformance-expected-failures.json`. */
export function judge(run: string, failures: readonly string[]): Judgement {
  const file = join(repository, 'apps/e2e/conformance-expected-failures.json');
  const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, ExpectedFailure[]>;
  const expected = all[run];
  if (expected === undefined) throw new Error(`No list of expected failures for ${run}`);
  return compare(expected.map(({ check }) => check), failures);
}
