import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { DataSource } from 'typeorm';
import { reapClients } from '../clients/reap-clients.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { LOGGER } from '../tokens.ts';
import { tombstoneSeconds } from './lifetimes.ts';

const intervalMs = 60_000;
const batchSize = 1000;
const expiring = [
  'artifacts', 'refresh_replays', 'revoked_tokens', 'ended_sessions', 'console_sessions', 'account_links', 'mails', 'federation_states', 'pending_sign_ins', 'consents', 'used_assertions', 'server_health',
];

/** Deletes what has expired. Nothing depends on it: expired rows are already as good as gone to every reader. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.sweep().catch((error: unknown) => this.logger.warn({ err: error }, 'sweeping failed; it is tried again'));
    }, intervalMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** One round, in batches, so that no statement holds many rows for long. */
  async sweep(): Promise<void> {
    for (const table of expiring) {
      for (;;) {
        const [, affected] = await this.dataSource.query<[unknown, number]>(
          `DELETE FROM ${table} WHERE ctid IN (SELECT ctid FROM ${table} WHERE expires_at <= now() LIMIT ${batchSize} FOR UPDATE SKIP LOCKED)`,
        );
        if (affected < batchSize) break;
      }
    }
    // Given up long since, or never taken up where no server for mail is configured.
    await this.dataSource.query("DELETE FROM mails WHERE expires_at IS NULL AND created_at < now() - interval '3 days'");
    await reapClients(this.dataSource, tombstoneSeconds(this.env));
  }
}
