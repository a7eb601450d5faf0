import type { IdentityAssertionClaims, TrustedClient, WithinOrgQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TrustedClientEntity } from '../clients/trusted-client.entity.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import { pageOf } from '../organizations/page.ts';
import { presentTrustedClient } from './present-trusted-client.ts';

/** Whom an organization vouches for. */
@Injectable()
export class ListTrustedClients {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  async run(caller: IdentityAssertionClaims, query: WithinOrgQuery): Promise<{ items: TrustedClient[]; nextCursor: string | null }> {
    const { org } = await this.actingMember.run(caller, 'org:read', query.org);
    const trusted = this.dataSource.manager.createQueryBuilder(TrustedClientEntity, 'row').where('row.org = :org', { org });
    const { rows, nextCursor } = await pageOf(trusted, { key: 'row.id', limit: query.limit, cursor: query.cursor });
    return { items: rows.map(presentTrustedClient), nextCursor };
  }
}
