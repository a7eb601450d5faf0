import type { ConnectionHolder, IdentityAssertionClaims, PageQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { pageOf, positionOf, type Page } from '../../paging/page.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { ConnectionCredentialEntity, partsOfHolder } from '../credentials/connection-credential.entity.ts';
import { requireConnection, requireProjectAdministrator } from './connection-access.ts';

const view = ({ id, holder, status, wanted, expiresAt, createdAt }: ConnectionCredentialEntity): ConnectionHolder => ({
  id, ...partsOfHolder(holder), status, wants: wanted, expiresAt: expiresAt?.toISOString() ?? null, connectedAt: createdAt.toISOString(),
});

/** Who has connected themselves, for administrators of the project; the newest first. */
@Injectable()
export class ListHolders {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, { limit, cursor }: PageQuery): Promise<Page<ConnectionHolder>> {
    const principal = this.principals.admit(caller, 'connections:read');
    const { manager } = this.dataSource;
    const row = await requireConnection(manager, principal, id);
    requireProjectAdministrator(principal, row.project);
    const query = manager
      .createQueryBuilder(ConnectionCredentialEntity, 'c')
      .where('c.connectionId = :connection', { connection: row.id })
      .orderBy('c.createdAt', 'DESC')
      .addOrderBy('c.id', 'DESC')
      .take(limit + 1);
    if (cursor !== undefined) query.andWhere('(c.createdAt, c.id) < (:createdAt, :id)', positionOf(cursor));
    return pageOf(await query.getMany(), limit, view);
  }
}
