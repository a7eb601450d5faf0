import { defaultPolicy, type IdentityAssertionClaims, type PolicyDocument } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ActingMember } from '../organizations/acting-member.ts';
import { OrganizationPolicyEntity } from './organization-policy.entity.ts';
import { readPolicy } from './policy-of.ts';

/** What an organization demands, for every member to see: it binds them. */
@Injectable()
export class ShowPolicy {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found` */
  async run(caller: IdentityAssertionClaims, named: string | undefined): Promise<PolicyDocument> {
    const { org } = await this.actingMember.run(caller, 'org:read', named);
    const row = await this.dataSource.manager.findOneBy(OrganizationPolicyEntity, { org });
    if (row === null) return { org, revision: 0, policy: defaultPolicy, updatedAt: null };
    return { org, revision: row.revision, policy: readPolicy(row.policy), updatedAt: row.updatedAt.toISOString() };
  }
}
