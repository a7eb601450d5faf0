import { Gauge, type Registry } from 'prom-client';
import type { Upstreams } from '../upstreams/upstreams.ts';

const states = ['up', 'down', 'unknown'] as const;

/** How the servers are that this gateway has had to do with, by number: which one is down, the registry says. */
export function upstreamMetrics(registry: Registry, upstreams: Pick<Upstreams, 'seen'>): void {
  new Gauge({
    name: 'gateway_servers', help: 'Servers that this gateway has had to do with, by whether they answer.', labelNames: ['state'], registers: [registry],
    collect() {
      const counts = { up: 0, down: 0, unknown: 0 };
      for (const { state } of upstreams.seen()) counts[state] += 1;
      for (const state of states) this.set({ state }, counts[state]);
    },
  });
}
