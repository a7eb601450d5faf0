import type { IdentityAssertionClaims, ListServersQuery, Server } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import type { Membership } from '../organizations/find-role.ts';
import { pageOf } from '../organizations/page.ts';
import { healthOf } from './health-of.ts';
import { presentServer } from './present-server.ts';
import { ServerEntity } from './server.entity.ts';

/** The servers of an organization that a member may know of. */
@Injectable()
export class ListServers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run(caller: IdentityAssertionClaims, query: ListServersQuery): Promise<{ items: Server[]; nextCursor: string | null }> {
    return this.visibleTo(await this.actingMember.run(caller, 'servers:read', query.org), query);
  }

  /** Owners and administrators see all; others what is in the projects where they have a role. */
  async visibleTo(member: Membership, query: ListServersQuery): Promise<{ items: Server[]; nextCursor: string | null }> {
    const servers = this.dataSource.manager
      .createQueryBuilder(ServerEntity, 'row')
      .where('row.org = :org AND row.deletedAt IS NULL', { org: member.org });
    if (query.project !== undefined) servers.andWhere('row.project = :project', { project: query.project });
    if (query.folder !== undefined) servers.andWhere('row.folder = :folder', { folder: query.folder });
    if (member.role === 'member') servers.andWhere('row.project = ANY(:mine)', { mine: Object.keys(member.projects) });
    const { rows, nextCursor } = await pageOf(servers, { key: 'row.slug', limit: query.limit, cursor: query.cursor });
    const health = await healthOf(this.dataSource.manager, rows.map(({ id }) => id));
    return { items: rows.map((row) => presentServer(row, health(row.id), this.env.LATCHKEY_GATEWAY_URL)), nextCursor };
  }
}
