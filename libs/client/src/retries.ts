import type { Operation } from '@latchkey/contracts/openapi';
import type { LatchkeyError } from './latchkey-error.ts';

export interface RetryOptions {
  /** Tries after the first; 3 when left out */
  retries?: number;
  /** For a call with all of its tries; 30 s when left out */
  timeoutMs?: number;
}

const firstWaitMs = 200;
const longestWaitMs = 5000;

/** Whether doing it twice is doing it once: what only reads or takes away, what is named, and what says that it is. */
const isRepeatable = ({ method, idempotent, repeatable }: Operation): boolean => method !== 'post' || idempotent === true || repeatable === true;

/**
 * How long to wait before the same call may be tried again; null: it may not, or it would not help.
 * @param random  from 0 to 1, so that many who were refused at once do not come back at once
 */
export function waitMs(operation: Operation, error: LatchkeyError, attempt: number, random: number): number | null {
  // Refused before anything was done.
  const untouched = error.status === 429;
  const transient = error.status === null ? error.code !== 'unexpected_answer' : [502, 503, 504].includes(error.status);
  if (!untouched && !(transient && isRepeatable(operation))) return null;
  if (error.retryAfterSeconds !== null) return error.retryAfterSeconds * 1000;
  return Math.min(longestWaitMs, firstWaitMs * 2 ** attempt) * (0.5 + random / 2);
}
