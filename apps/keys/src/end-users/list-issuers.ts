import type { EndUserIssuer, IdentityAssertionClaims, PageQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { pageOf, positionOf, type Page } from '../paging/page.ts';
import { Principals } from '../personal-access-tokens/principal.ts';
import { EndUserIssuerEntity } from './end-user-issuer.entity.ts';
import { issuerView } from './issuer-record.ts';
import { requireOrgAdministrator } from './require-org-administrator.ts';

/** Issuers of the caller's organization, newest first; revoked ones stay listed. */
@Injectable()
export class ListIssuers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
  ) {}

  async run(caller: IdentityAssertionClaims, { limit, cursor }: PageQuery): Promise<Page<EndUserIssuer>> {
    const principal = this.principals.admit(caller, 'connections:read');
    requireOrgAdministrator(principal);
    const query = this.dataSource.manager
      .createQueryBuilder(EndUserIssuerEntity, 'i')
      .where('i.org = :org', { org: principal.org })
      .orderBy('i.createdAt', 'DESC')
      .addOrderBy('i.id', 'DESC')
      .take(limit + 1);
    if (cursor !== undefined) query.andWhere('(i.createdAt, i.id) < (:createdAt, :id)', positionOf(cursor));
    return pageOf(await query.getMany(), limit, issuerView);
  }
}
