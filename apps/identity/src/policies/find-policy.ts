import { defaultPolicy, organizationPolicySchema, type OrganizationPolicy } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { OrganizationPolicyEntity } from './organization-policy.entity.ts';

/** What an organization demands, from the table itself. */
@Injectable()
export class FindPolicy {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async of(org: string | null): Promise<OrganizationPolicy> {
    if (org === null) return defaultPolicy;
    const row = await this.unitOfWork.run((manager) => manager.findOneBy(OrganizationPolicyEntity, { org }));
    return row === null ? defaultPolicy : organizationPolicySchema.parse(row.policy);
  }
}
