import { Gauge, type Registry } from 'prom-client';
import type { OpenStreams } from '../streams/open-streams.ts';

/** Each takes memory and two connections for as long as it is open, and is looked at when something that concerns it changes. */
export function streamMetrics(registry: Registry, streams: Pick<OpenStreams, 'size'>): void {
  new Gauge({
    name: 'gateway_streams', help: 'Event streams that are open and watched over.', registers: [registry],
    collect() {
      this.set(streams.size);
    },
  });
}
