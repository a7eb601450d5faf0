import type { IdentityAssertionClaims, Organization, PageQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { ActingMember } from './acting-member.ts';
import { OrganizationEntity } from './organization.entity.ts';

/** The organizations that a credential speaks for: one, as a credential is issued for one. */
@Injectable()
export class ListOrganizations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `invalid_request` for every cursor: nothing comes after the one */
  async run(caller: IdentityAssertionClaims, { cursor }: PageQuery): Promise<{ items: Organization[]; nextCursor: null }> {
    if (cursor !== undefined) throw new Problem('invalid_request', { detail: 'cursor: it is none of ours' });
    return { items: [await this.one(caller, caller.org)], nextCursor: null };
  }

  /** @throws Problem `not_found` for every other organization, whether or not there is one */
  async one(caller: IdentityAssertionClaims, slug: string | undefined): Promise<Organization> {
    const member = await this.actingMember.run(caller, 'org:read', slug);
    const row = await this.dataSource.manager.findOneBy(OrganizationEntity, { slug: member.org });
    if (row === null) throw new Problem('not_found');
    return { slug: row.slug, name: row.name, role: member.role, createdAt: row.createdAt.toISOString() };
  }
}
