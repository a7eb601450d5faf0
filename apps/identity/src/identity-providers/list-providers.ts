import type { IdentityAssertionClaims, IdentityProvider, WithinOrgQuery } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import { pageOf } from '../organizations/page.ts';
import { IdentityProviderEntity } from './identity-provider.entity.ts';
import { presentProvider } from './present-provider.ts';
import { visibleProvider } from './visible-provider.ts';

/** The providers of an organization. */
@Injectable()
export class ListProviders {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run(caller: IdentityAssertionClaims, query: WithinOrgQuery): Promise<{ items: IdentityProvider[]; nextCursor: string | null }> {
    const { org } = await this.actingMember.run(caller, 'org:read', query.org);
    const providers = this.dataSource.manager.createQueryBuilder(IdentityProviderEntity, 'row').where('row.org = :org', { org });
    const { rows, nextCursor } = await pageOf(providers, { key: 'row.id', limit: query.limit, cursor: query.cursor });
    return { items: rows.map((row) => presentProvider(row, this.env.LATCHKEY_ISSUER)), nextCursor };
  }

  /** @throws Problem `insufficient_scope`, `not_found` */
  async one(caller: IdentityAssertionClaims, id: string): Promise<IdentityProvider> {
    const { org } = await this.actingMember.run(caller, 'org:read');
    return presentProvider(await visibleProvider(this.dataSource.manager, org, id), this.env.LATCHKEY_ISSUER);
  }
}
