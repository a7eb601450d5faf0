import { WallClock } from '@latchkey/clock';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { DataSource } from 'typeorm';
import { LOGGER } from '../../tokens.ts';

const intervalMs = 10 * 60 * 1000;
const batchSize = 1000;
const keptMs = 30 * 24 * 3600 * 1000;

/** Forgets what was sent and received a month ago, with its deliveries, and secrets that have ended. */
@Injectable()
export class PruneWebhooks implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.run()).catch((error: unknown) => this.logger.warn({ err: error }, 'old webhook events could not be removed'));
    }, intervalMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  async run(): Promise<void> {
    const now = this.clock.nowMs();
    for (;;) {
      const [, count] = await this.dataSource.query<[unknown, number]>(
        `DELETE FROM webhook_events WHERE id IN (
           SELECT v.id FROM webhook_events v WHERE v.created_at < $1
             AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.event_id = v.id AND d.status = 'pending') ORDER BY v.created_at LIMIT ${batchSize})`,
        [new Date(now - keptMs)],
      );
      if (count < batchSize) break;
    }
    await this.dataSource.query("DELETE FROM hook_deliveries WHERE created_at < $1 AND status <> 'pending'", [new Date(now - keptMs)]);
    await this.dataSource.query('DELETE FROM webhook_secrets WHERE expires_at < $1', [new Date(now)]);
  }
}
