import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import type Provider from 'oidc-provider';
import { DataSource } from 'typeorm';
import { LOGGER } from '../tokens.ts';

/** Remembers, to the hour, when a registered client last got a token: idle ones are reaped (AS-23). */
@Injectable()
export class MarkClientUsed {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  install(provider: Provider): void {
    provider.on('grant.success', (ctx) => {
      const id = ctx.oidc.client?.clientId;
      if (id !== undefined) this.mark(id).catch((error: unknown) => this.logger.warn({ err: error }, 'the use of a client was not noted'));
    });
  }

  private async mark(id: string): Promise<void> {
    await this.dataSource.query("UPDATE clients SET used_at = now() WHERE id = $1 AND (used_at IS NULL OR used_at < now() - interval '1 hour')", [id]);
  }
}
