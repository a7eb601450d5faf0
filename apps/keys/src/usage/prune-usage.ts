import { WallClock } from '@latchkey/clock';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Rounds } from '../rounds/rounds.ts';
import { LOGGER } from '../tokens.ts';

const dayMs = 24 * 3600 * 1000;

/** Keeps usage for 400 days, so that a year can be compared with the one before, and the ids of reports for a day: no gateway tries for longer. */
@Injectable()
export class PruneUsage extends Rounds {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('pruning the usage of keys', 3600_000, logger);
  }

  async run(): Promise<void> {
    await this.dataSource.query('DELETE FROM usage_reports WHERE received_at < $1', [new Date(this.clock.nowMs() - dayMs)]);
    await this.dataSource.query('DELETE FROM key_usage WHERE day < $1', [new Date(this.clock.nowMs() - 400 * dayMs).toISOString().slice(0, 10)]);
  }
}
