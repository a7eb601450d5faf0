import { Counter, type Registry } from 'prom-client';

/** How often a cache was asked, and how often it knew. */
export interface Lookups {
  hits: number;
  misses: number;
}

/** Caches of the path of requests, by name. Read when somebody looks: a lookup itself is an addition. */
export function cacheMetrics(registry: Registry, caches: Readonly<Record<string, () => Lookups>>): void {
  new Counter({
    name: 'gateway_cache_lookups_total', help: 'Lookups of caches: verified access tokens, signed assertions, values of connections.', labelNames: ['cache', 'result'], registers: [registry],
    collect() {
      this.reset();
      for (const [cache, read] of Object.entries(caches)) {
        const { hits, misses } = read();
        this.inc({ cache, result: 'hit' }, hits);
        this.inc({ cache, result: 'miss' }, misses);
      }
    },
  });
}
