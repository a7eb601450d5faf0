import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { Rounds } from '../../rounds/rounds.ts';
import { LOGGER } from '../../tokens.ts';
import { MintReplays } from './mint-replays.ts';

/** Encrypted tokens are gone half a minute after nobody can ask for them any more. */
@Injectable()
export class WipeReplays extends Rounds {
  constructor(
    private readonly replays: MintReplays,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('wiping the answers of old mints', 30_000, logger);
  }

  run(): Promise<void> {
    return this.replays.wipe();
  }
}
