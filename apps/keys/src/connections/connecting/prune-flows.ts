import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Rounds } from '../../rounds/rounds.ts';
import { LOGGER } from '../../tokens.ts';
import { ConnectionFlows } from './flows.ts';

/** Forgets people who did not come back. */
@Injectable()
export class PruneFlows extends Rounds {
  constructor(
    private readonly dataSource: DataSource,
    private readonly flows: ConnectionFlows,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('forgetting who did not come back to connect', 60_000, logger);
  }

  run(): Promise<void> {
    return this.flows.prune(this.dataSource.manager);
  }
}
