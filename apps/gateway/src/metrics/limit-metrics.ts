import type { LimitsState } from '@latchkey/ratelimit';
import { Gauge, type Registry } from 'prom-client';

const states: readonly LimitsState[] = ['shared', 'memory', 'insurance'];

/** Where limits are counted: while it is insurance, each gateway counts by itself, and a limit of all is one of each. */
export function limitMetrics(registry: Registry, state: () => LimitsState): void {
  new Gauge({
    name: 'gateway_rate_limits', help: '1 for where limits are counted at the moment: shared in Redis, in memory because there is no Redis, or in memory until it is back.',
    labelNames: ['counted'], registers: [registry],
    collect() {
      const now = state();
      for (const counted of states) this.set({ counted }, Number(counted === now));
    },
  });
}
