import { Problem } from '@latchkey/problem';
import { LimitReached } from '../limits/limit-reached.ts';
import type { Upstream } from './upstream.ts';

/** More requests than this without an answer mean that an upstream does not answer any more; further ones would only queue. */
const maxUnanswered = 1000;

/**
 * Lets one request in, in the same step in which it is counted: however many come at once, no more are open than may be.
 * @param checksHealth  not of our own services, which have no other that could be asked in their place
 * Whoever entered leaves again by taking itself off `open`.
 * @throws Problem `upstream_unavailable` 503 while the upstream is down, `rate_limited` where its server allows no more at once
 */
export function enterUpstream(upstream: Upstream, checksHealth: boolean): void {
  const allowed = upstream.settings?.limits?.concurrency ?? null;
  if (allowed !== null && upstream.open >= allowed) {
    throw new LimitReached('concurrency', { detail: `The server takes ${allowed} requests at once.`, retryAfterSeconds: 1 });
  }
  if (upstream.open - upstream.streams >= maxUnanswered) throw new Problem('upstream_unavailable', { status: 503, headers: { 'retry-after': '5' } });
  const waitMs = checksHealth ? upstream.health.refuses() : null;
  if (waitMs !== null) {
    throw new Problem('upstream_unavailable', { status: 503, detail: 'The server has not answered for a while.', headers: { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) } });
  }
  upstream.open += 1;
}
