import { randomUUID } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import type { Use } from '@latchkey/contracts';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { Rounds } from '../rounds/rounds.ts';
import { LOGGER } from '../tokens.ts';
import { IngestUsage } from '../usage/ingest-usage.ts';

/** Adds up the use of keys over NATS, and counts it as a gateway's report every 15 seconds. */
@Injectable()
export class NoteUse extends Rounds {
  private readonly uses = new Map<string, Use>();

  constructor(
    private readonly ingestUsage: IngestUsage,
    private readonly clock: WallClock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('counting the use of keys over NATS', 15_000, logger);
  }

  note(pat: string): void {
    const nowMs = this.clock.nowMs();
    const day = new Date(nowMs).toISOString().slice(0, 10);
    const before = this.uses.get(`${pat} ${day}`);
    this.uses.set(`${pat} ${day}`, { pat, server: '', tool: '', day, calls: (before?.calls ?? 0) + 1, lastUsedAt: Math.floor(nowMs / 1000) });
  }

  async run(): Promise<void> {
    if (this.uses.size === 0) return;
    const uses = [...this.uses.values()].slice(0, 5000);
    await this.ingestUsage.run({ id: randomUUID(), uses });
    for (const { pat, day, calls } of uses) {
      const left = (this.uses.get(`${pat} ${day}`)?.calls ?? 0) - calls;
      const held = this.uses.get(`${pat} ${day}`);
      if (held === undefined || left <= 0) this.uses.delete(`${pat} ${day}`);
      else this.uses.set(`${pat} ${day}`, { ...held, calls: left });
    }
  }
}
