import type { Logger } from '@latchkey/telemetry';
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import { showQueryGauges, type QueryGauge } from './query-gauges.ts';

const outbox: readonly QueryGauge[] = [
  { name: 'outbox_unpublished', help: 'Records that the feed does not have yet.', text: 'SELECT count(*) AS value FROM outbox WHERE published_version <> version' },
  {
    name: 'outbox_oldest_unpublished_seconds', help: 'How long the oldest of them has waited.',
    text: 'SELECT extract(epoch FROM clock_timestamp() - min(updated_at)) AS value FROM outbox WHERE published_version <> version',
  },
];

/** What is used of a data source of TypeORM. */
export interface MeasuredDatabase {
  query(text: string): Promise<{ value: unknown }[]>;
  driver: object;
}

interface Pool {
  totalCount: number;
  idleCount: number;
  waitingCount: number;
}

/** What every service with an outbox shows: its process, its connections, and what waits for the feed. @param own  what this one shows besides */
export function showWriter(registry: Registry, dataSource: MeasuredDatabase, logger: Logger, own: readonly QueryGauge[] = []): void {
  collectDefaultMetrics({ register: registry });
  showQueryGauges({ registry, query: (text) => dataSource.query(text), logger }, [...outbox, ...own]);
  new Gauge({
    name: 'postgres_connections', help: 'Connections of the pool by state, and requests that wait for one.', labelNames: ['state'], registers: [registry],
    collect() {
      const { totalCount, idleCount, waitingCount } = (dataSource.driver as { master: Pool }).master;
      this.set({ state: 'used' }, totalCount - idleCount);
      this.set({ state: 'idle' }, idleCount);
      this.set({ state: 'awaited' }, waitingCount);
    },
  });
}
