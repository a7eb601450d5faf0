import type { Limits, LimitsState } from '@latchkey/ratelimit';
import { Counter, Gauge, type Registry } from 'prom-client';

const states: readonly LimitsState[] = ['shared', 'memory', 'insurance'];

/** Where limits are counted: while it is insurance, each gateway counts by itself, and a limit of all is one of each. And how often Redis was asked: far less often than there are requests. */
export function limitMetrics(registry: Registry, limits: Pick<Limits, 'state' | 'trips'>): void {
  new Gauge({
    name: 'gateway_rate_limits', help: '1 for where limits are counted at the moment: shared in Redis, in memory because there is no Redis, or in memory until it is back.',
    labelNames: ['counted'], registers: [registry],
    collect() {
      const now = limits.state;
      for (const counted of states) this.set({ counted }, Number(counted === now));
    },
  });
  new Counter({
    name: 'gateway_rate_limit_trips_total', help: 'Questions to Redis about the limits of a request, by whether they were answered.', labelNames: ['trip'], registers: [registry],
    collect() {
      this.reset();
      for (const [trip, count] of Object.entries(limits.trips)) this.inc({ trip }, count);
    },
  });
}
