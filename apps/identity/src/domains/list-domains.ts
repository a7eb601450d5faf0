import type { Domain, IdentityAssertionClaims, WithinOrgQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { ActingMember } from '../organizations/acting-member.ts';
import { pageOf } from '../organizations/page.ts';
import { normalizedDomain } from './domain-name.ts';
import { DomainEntity } from './domain.entity.ts';
import { presentDomain } from './present-domain.ts';

/** The domains of an organization. */
@Injectable()
export class ListDomains {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  async run(caller: IdentityAssertionClaims, query: WithinOrgQuery): Promise<{ items: Domain[]; nextCursor: string | null }> {
    const { org } = await this.actingMember.run(caller, 'org:read', query.org);
    const domains = this.dataSource.manager.createQueryBuilder(DomainEntity, 'row').where('row.org = :org', { org });
    const { rows, nextCursor } = await pageOf(domains, { key: 'row.domain', limit: query.limit, cursor: query.cursor });
    return { items: rows.map(presentDomain), nextCursor };
  }

  /** @throws Problem `insufficient_scope`, `not_found` */
  async one(caller: IdentityAssertionClaims, named: string): Promise<Domain> {
    const { org } = await this.actingMember.run(caller, 'org:read');
    const domain = normalizedDomain(named);
    const row = domain === null ? null : await this.dataSource.manager.findOneBy(DomainEntity, { org, domain });
    if (row === null) throw new Problem('not_found');
    return presentDomain(row);
  }
}
