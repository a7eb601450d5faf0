import type { Refusal } from '../accounts/refusal-words.ts';
import type { Check } from './check-second-factor.ts';

/** How a page says that a code did not do. */
export function codeRefusal(check: Exclude<Check, { outcome: 'right' }>): Refusal {
  if (check.outcome === 'wrong') return { status: 422, words: 'This code is not right, or was used before. Wait for the next one.', headers: {} };
  const minutes = Math.max(1, Math.ceil(check.retryAfterSeconds / 60));
  return { status: 429, words: `Too many attempts. Try again in ${minutes} minutes.`, headers: { 'retry-after': String(check.retryAfterSeconds) } };
}
