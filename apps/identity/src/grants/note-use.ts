import { prepared } from '@latchkey/postgres';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import type Provider from 'oidc-provider';
import { DataSource } from 'typeorm';
import { peerAddress } from '../provider/peer-address.ts';
import { LOGGER } from '../tokens.ts';

const everyMs = 60_000;
/** Grants whose use was noted within the minute; beyond it, uses are noted more often than needed. */
const rememberedGrants = 10_000;

const note = { name: 'grant-note-use', text: 'UPDATE authorizations SET used_at = now(), address = $2 WHERE grant_id = $1' };

/** Remembers, to the minute, when a connected program last got a token, and from where. */
@Injectable()
export class NoteGrantUse {
  private readonly noted = new Map<string, { address: string; atMs: number }>();

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  install(provider: Provider): void {
    provider.on('grant.success', (ctx) => {
      const grantId = ctx.oidc.entities.Grant?.jti;
      if (grantId === undefined) return;
      const address = peerAddress(ctx.req);
      if (!this.isNews(grantId, address)) return;
      this.note(grantId, address).catch((error: unknown) => this.logger.warn({ err: error }, 'the use of a grant was not noted'));
    });
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

  private async note(grantId: string, address: string): Promise<void> {
    await prepared(this.dataSource.manager, note, [grantId, address]);
  }
}
