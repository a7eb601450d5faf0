import type { ServerAnswer } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { ServerEntity } from '../servers/server.entity.ts';

/** Tells the key service where a server is, so that what is kept for it can be bound to that place. */
@Injectable()
export class AnswerServerAsk {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run(slug: string): Promise<ServerAnswer> {
    const row = await this.dataSource.manager.findOneBy(ServerEntity, { slug, deletedAt: IsNull() });
    const connectUrl = `${this.env.LATCHKEY_ISSUER}/connect/`;
    return { connectUrl, server: row === null ? null : { org: row.org, project: row.project, url: row.url } };
  }
}
