import { prepared } from '@latchkey/postgres';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import type Provider from 'oidc-provider';
import { DataSource } from 'typeorm';
import { peerAddress } from '../provider/peer-address.ts';
import { LOGGER } from '../tokens.ts';

const everyMs = 60_000;
/** Grants whose use was noted within the minute; beyond it, uses are noted more often than needed. */
const rememberedGrants = 10_000;
/** Uses are gathered for so long: a commit of its own for each code that is redeemed is a tenth of what all of its tables cost. */
const gatherMs = 1000;
const attempts = 5;

/**
 * Waits for no row, so that it can never be part of a deadlock, of which the other victim might be a revocation. What somebody holds, such
 * as a refresh of that very grant, is noted by the next round.
 */
const note = {
  name: 'grants-note-use',
  text: `WITH used AS (
      SELECT a.grant_id, u.address FROM unnest($1::text[], $2::text[]) AS u (grant_id, address) JOIN authorizations a ON a.grant_id = u.grant_id
      FOR UPDATE OF a SKIP LOCKED
    )
    UPDATE authorizations a SET used_at = now(), address = used.address FROM used WHERE a.grant_id = used.grant_id
    RETURNING a.grant_id AS "grantId"`,
};

interface Use {
  address: string;
  attemptsLeft: number;
}

/** Remembers, to the minute, when a connected program last got a token, and from where. */
@Injectable()
export class NoteGrantUse implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly noted = new Map<string, { address: string; atMs: number }>();
  private waiting = new Map<string, Use>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  install(provider: Provider): void {
    provider.on('grant.success', (ctx) => {
      const grantId = ctx.oidc.entities.Grant?.jti;
      if (grantId === undefined) return;
      const address = peerAddress(ctx.req);
      if (this.isNews(grantId, address)) this.waiting.set(grantId, { address, attemptsLeft: attempts });
    });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => (this.running = this.running.then(() => this.noteWaiting())), gatherMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
    await this.noteWaiting();
  }

  private isNews(grantId: string, address: string): boolean {
    const nowMs = performance.now();
    const last = this.noted.get(grantId);
    if (last !== undefined && last.address === address && nowMs - last.atMs < everyMs) return false;
    this.noted.delete(grantId);
    this.noted.set(grantId, { address, atMs: nowMs });
    if (this.noted.size > rememberedGrants) this.noted.delete(this.noted.keys().next().value ?? '');
    return true;
  }

  private async noteWaiting(): Promise<void> {
    if (this.waiting.size === 0) return;
    const uses = this.waiting;
    this.waiting = new Map();
    try {
      const rows = await prepared<{ grantId: string }>(this.dataSource.manager, note, [[...uses.keys()], [...uses.values()].map(({ address }) => address)]);
      for (const { grantId } of rows) uses.delete(grantId);
    } catch (error) {
      this.logger.warn({ err: error }, 'the use of grants was not noted; it is tried again');
    }
    for (const [grantId, { address, attemptsLeft }] of uses) {
      // What was used since then says more; and a grant that is gone for good is let go of.
      if (attemptsLeft > 1 && !this.waiting.has(grantId)) this.waiting.set(grantId, { address, attemptsLeft: attemptsLeft - 1 });
    }
  }
}
