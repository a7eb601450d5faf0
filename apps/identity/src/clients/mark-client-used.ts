import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import type Provider from 'oidc-provider';
import { DataSource } from 'typeorm';
import { LOGGER } from '../tokens.ts';

const everyMs = 60_000;
const rememberedClients = 10_000;

/** Remembers, to the hour, when a registered client last got a token: idle ones are reaped (AS-23). */
@Injectable()
export class MarkClientUsed {
  private readonly marked = new Map<string, number>();

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  install(provider: Provider): void {
    provider.on('grant.success', (ctx) => {
      const id = ctx.oidc.client?.clientId;
      if (id !== undefined && this.isNews(id)) this.mark(id).catch((error: unknown) => this.logger.warn({ err: error }, 'the use of a client was not noted'));
    });
  }

  /** One look at the clock for most tokens, instead of a statement for each. */
  private isNews(id: string): boolean {
    const nowMs = performance.now();
    if (nowMs - (this.marked.get(id) ?? -Infinity) < everyMs) return false;
    this.marked.delete(id);
    this.marked.set(id, nowMs);
    if (this.marked.size > rememberedClients) this.marked.delete(this.marked.keys().next().value ?? '');
    return true;
  }

  private async mark(id: string): Promise<void> {
    await this.dataSource.query("UPDATE clients SET used_at = now() WHERE id = $1 AND (used_at IS NULL OR used_at < now() - interval '1 hour')", [id]);
  }
}
