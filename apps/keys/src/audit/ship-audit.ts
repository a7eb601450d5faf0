import type { AuditEvent } from '@latchkey/contracts';
import { AuditTrail } from '@latchkey/feed';
import { Inject, Injectable, Optional, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { DataSource } from 'typeorm';
import { LOGGER } from '../tokens.ts';

const intervalMs = 500;
const batchSize = 200;

/** Tells identity of acts, and forgets them when they are on their way. Several replicas share the work. */
@Injectable()
export class ShipAudit implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private failing = false;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
    @Optional() private readonly trail?: AuditTrail,
  ) {}

  onApplicationBootstrap(): void {
    if (this.trail === undefined) return;
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.round());
    }, intervalMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** @returns how many were shipped @throws while the way is closed; everything stays */
  async ship(trail: AuditTrail): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      const rows = await manager.query<{ id: string; event: AuditEvent }[]>(
        `SELECT id, event FROM audit_outbox ORDER BY created_at LIMIT ${batchSize} FOR UPDATE SKIP LOCKED`,
      );
      if (rows.length === 0) return 0;
      await trail.publish('keys', rows.map(({ event }) => event));
      await manager.query('DELETE FROM audit_outbox WHERE id = ANY ($1)', [rows.map(({ id }) => id)]);
      return rows.length;
    });
  }

  private async round(): Promise<void> {
    if (this.trail === undefined) return;
    try {
      while ((await this.ship(this.trail)) === batchSize);
      if (this.failing) this.logger.info('audit events are told again');
      this.failing = false;
    } catch (error) {
      // Once an outage; what is kept waits.
      if (!this.failing) this.logger.warn({ err: error }, 'audit events cannot be told; they are kept');
      this.failing = true;
    }
  }
}
