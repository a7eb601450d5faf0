import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Registry } from 'prom-client';
import { startManagement } from './management.ts';
import { HttpMetrics } from './metrics/http-metrics.ts';
import type { QueryGauge } from './metrics/query-gauges.ts';
import { showWriter, type MeasuredDatabase } from './metrics/writer-metrics.ts';
import { startService, type RunningService, type ServiceOptions } from './service.ts';

export interface WriterOptions extends Omit<ServiceOptions, 'metrics'> {
  /** 0 takes a free one */
  managementPort: number;
  database: (app: NestFastifyApplication) => MeasuredDatabase;
  /** Route of a path that is answered in front of the router. */
  foreignRoute?: (path: string) => string;
  gauges: readonly QueryGauge[];
  /** Adds what this service counts itself. */
  show?: (registry: Registry, app: NestFastifyApplication) => void;
}

export interface RunningWriter extends RunningService {
  managementPort: number;
}

/**
 * Starts a service that has an outbox: the service itself, and `/metrics` on its management port.
 * @throws PortInUseError
 */
export async function startWriter({ managementPort, database, foreignRoute, gauges, show, ...options }: WriterOptions): Promise<RunningWriter> {
  const registry = new Registry();
  const service = await startService({ ...options, metrics: new HttpMetrics(registry, foreignRoute) });
  try {
    showWriter(registry, database(service.app), options.logger, gauges);
    show?.(registry, service.app);
    const management = await startManagement({
      host: options.host, port: managementPort, logger: options.logger,
      pages: { '/metrics': async () => ({ contentType: registry.contentType, body: await registry.metrics() }) },
    });
    const close = async (): Promise<void> => {
      await management.close();
      await service.close();
    };
    return { ...service, managementPort: management.port, close };
  } catch (error) {
    await service.close();
    throw error;
  }
}
