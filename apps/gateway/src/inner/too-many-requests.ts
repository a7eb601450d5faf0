import { Problem } from '@latchkey/problem';

/** Told where the server does not say, or says what cannot be read */
const usualSeconds = 5;
/** What a server says is told on, but nobody is sent away for longer than a day by it. */
const longestSeconds = 86_400;

/** @param retryAfter  seconds or a date (RFC 9110 section 10.2.3) */
function secondsOf(retryAfter: string | null, nowMs: number): number {
  const text = (retryAfter ?? '').trim();
  const seconds = /^\d+$/.test(text) ? Number(text) : /^[A-Z][a-z]{2,8},? /.test(text) ? Math.ceil((Date.parse(text) - nowMs) / 1000) : NaN;
  return Number.isNaN(seconds) ? usualSeconds : Math.min(Math.max(seconds, 1), longestSeconds);
}

/** A limit of the server's own, as one of ours is told. */
export const tooManyRequests = (retryAfter: string | null, nowMs: number): Problem =>
  new Problem('rate_limited', { detail: 'The server takes no more requests at the moment.', headers: { 'retry-after': String(secondsOf(retryAfter, nowMs)) } });
