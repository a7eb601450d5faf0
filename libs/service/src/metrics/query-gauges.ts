import type { Logger } from '@latchkey/telemetry';
import { Gauge, type Registry } from 'prom-client';

export interface QueryGauge {
  name: string;
  help: string;
  /** Answers one row with the number `value`. */
  text: string;
}

export interface QueryGaugeOptions {
  registry: Registry;
  query: (text: string) => Promise<{ value: unknown }[]>;
  logger: Logger;
}

/** Shows what stands in the database when somebody looks. Without the database it is NaN: the other metrics of the page are worth most then. */
export function showQueryGauges({ registry, query, logger }: QueryGaugeOptions, gauges: readonly QueryGauge[]): void {
  for (const { name, help, text } of gauges) {
    new Gauge({
      name, help, registers: [registry],
      async collect() {
        try {
          this.set(Number((await query(text))[0]?.value ?? 0));
        } catch (error) {
          logger.warn({ err: error, metric: name }, 'a metric could not be read');
          this.set(NaN);
        }
      },
    });
  }
}
