import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { DataSource } from 'typeorm';
import { LOGGER } from '../tokens.ts';
import { ChainEvents } from './chain-events.ts';
import { PruneEvents } from './prune-events.ts';

const chainMs = 1000;
const hourMs = 3_600_000;

/** Links new events, and once an hour removes what is too old and writes the heads of the chains into the log, which is kept elsewhere. */
@Injectable()
export class AuditKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private timers: NodeJS.Timeout[] = [];
  private running: Promise<void> = Promise.resolve();
  private readonly told = new Map<string, string>();

  constructor(
    private readonly chainEvents: ChainEvents,
    private readonly pruneEvents: PruneEvents,
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timers = [setInterval(() => this.enqueue(() => this.chainEvents.run()), chainMs).unref(), setInterval(() => this.enqueue(() => this.hourly()), hourMs).unref()];
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.running;
  }

  async hourly(): Promise<void> {
    await this.pruneEvents.run();
    await this.tellHeads();
  }

  /** The newest link of each chain that has grown since the last time: truncation shows against it, whoever did it. */
  private async tellHeads(): Promise<void> {
    const heads = await this.dataSource.query<{ chain: string; position: string; head: string }[]>(
      "SELECT chain, position, encode(hash, 'hex') AS head FROM audit_chains WHERE hash IS NOT NULL",
    );
    for (const { chain, position, head } of heads) {
      if (this.told.get(chain) === head) continue;
      this.told.set(chain, head);
      this.logger.info({ chain, head: `${position}:${head}` }, 'head of the audit log');
    }
  }

  /** One at a time: a round that takes longer than its interval is not joined by another. */
  private enqueue(round: () => Promise<unknown>): void {
    this.running = this.running.then(async () => {
      try {
        await round();
      } catch (error) {
        this.logger.warn({ err: error }, 'the audit log could not be kept; it is tried again');
      }
    });
  }
}
