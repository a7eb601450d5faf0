import type { IdentityAssertionClaims, TrustedIssuer, WithinOrgQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ActingMember } from '../organizations/acting-member.ts';
import { pageOf } from '../organizations/page.ts';
import { presentTrustedIssuer } from './present-trusted-issuer.ts';
import { TrustedIssuerEntity } from './trusted-issuer.entity.ts';

/** Who may vouch for the members of an organization. */
@Injectable()
export class ListTrustedIssuers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  async run(caller: IdentityAssertionClaims, query: WithinOrgQuery): Promise<{ items: TrustedIssuer[]; nextCursor: string | null }> {
    const { org } = await this.actingMember.run(caller, 'org:read', query.org);
    const issuers = this.dataSource.manager.createQueryBuilder(TrustedIssuerEntity, 'row').where('row.org = :org', { org });
    const { rows, nextCursor } = await pageOf(issuers, { key: 'row.id', limit: query.limit, cursor: query.cursor });
    return { items: rows.map(presentTrustedIssuer), nextCursor };
  }
}
