const minute = 60;
const hour = 60 * minute;

/** WH-03: the wait before each further attempt, in seconds. */
const delays = [5, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];
const longestSeconds = 24 * hour;
const jitter = 0.25;

export const maxAttempts = delays.length + 1;

/** Seconds that a receiver asks to be left alone (RFC 9110 section 10.2.3); 0 for what is neither seconds nor a date. */
export function retryAfterSeconds(header: string | null, now: Date): number {
  if (header === null) return 0;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, (at - now.getTime()) / 1000);
}

/**
 * How long to wait after the `attempts`th attempt has failed; null when it was the last. Up to a quarter is added, so that what failed
 * together does not come back together.
 */
export function waitSeconds(attempts: number, retryAfter: number, random: () => number = Math.random): number | null {
  const delay = delays[attempts - 1];
  if (delay === undefined) return null;
  return Math.max(delay * (1 + jitter * random()), Math.min(retryAfter, longestSeconds));
}
