import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { DataSource } from 'typeorm';
import { byIdentity } from '../../audit/record-audit.ts';
import { LOGGER } from '../../tokens.ts';
import { ServerEntity } from '../server.entity.ts';
import { ProbeServer } from './probe-server.ts';

const intervalMs = 30_000;
const atOnce = 5;

/** Looks at servers that nobody has looked at, and once a day at the others: tools change, and calls are judged by what they say of themselves. */
@Injectable()
export class ProbeKeeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly probeServer: ProbeServer,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.round()).catch((error: unknown) => this.logger.warn({ err: error }, 'servers could not be looked at; it is tried again'));
    }, intervalMs).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** One replica claims what it looks at; what fails is looked at again in an hour. */
  async round(): Promise<void> {
    const due = await this.dataSource.query<[{ id: string }[], number]>(
      `UPDATE servers SET probed_at = now() WHERE id IN (
         SELECT id FROM servers WHERE deleted_at IS NULL
           AND (probed_at IS NULL OR probed_at < now() - CASE WHEN probe->>'outcome' = 'ok' THEN interval '1 day' ELSE interval '1 hour' END)
         ORDER BY probed_at NULLS FIRST LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)
       RETURNING id`,
    );
    for (const { id } of due[0]) {
      const row = await this.dataSource.manager.findOneBy(ServerEntity, { id });
      if (row === null) continue;
      const { outcome } = await this.probeServer.probe(row, byIdentity);
      // No gateway was there: nothing is known, and the next round asks again.
      if (outcome === 'unknown') await this.dataSource.manager.update(ServerEntity, { id }, { probedAt: row.probe === null ? null : new Date(row.probe.at) });
    }
  }
}
