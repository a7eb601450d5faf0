import { roleScopes } from '@latchkey/access';
import { WallClock } from '@latchkey/clock';
import type { Connection, IdentityAssertionClaims, ListConnectionsQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { pageOf, positionOf, type Page } from '../../paging/page.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { holderOfCaller, holdersFor } from '../credentials/holder-of-caller.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { connectionView } from './connection-view.ts';
import { ConnectionEntity } from './connection.entity.ts';

const filters = ['project', 'server', 'kind', 'per'] as const;

/** Connections of the projects that the caller has a part in, newest first; revoked ones stay listed. */
@Injectable()
export class ListConnections {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly credentials: ConnectionCredentials,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, { limit, cursor, ...wanted }: ListConnectionsQuery): Promise<Page<Connection>> {
    const { org, membership } = this.principals.admit(caller, 'connections:read');
    const query = this.dataSource.manager
      .createQueryBuilder(ConnectionEntity, 'c')
      .where('c.org = :org', { org })
      .orderBy('c.createdAt', 'DESC')
      .addOrderBy('c.id', 'DESC')
      .take(limit + 1);
    if (membership.role === 'member') {
      const projects = Object.keys(membership.projects).filter((name) => roleScopes(membership, name).has('connections:read'));
      query.andWhere('c.project = ANY (:projects)', { projects });
    }
    for (const name of filters) if (wanted[name] !== undefined) query.andWhere(`c.${name} = :${name}`, { [name]: wanted[name] });
    if (cursor !== undefined) query.andWhere('(c.createdAt, c.id) < (:createdAt, :id)', positionOf(cursor));
    const rows = await query.getMany();
    const held = await this.credentials.of(this.dataSource.manager, rows.map(({ id }) => id), holdersFor(holderOfCaller(caller)));
    const now = new Date(this.clock.nowMs());
    return pageOf(rows, limit, (row) => connectionView(row, held.get(row.id), now));
  }
}
