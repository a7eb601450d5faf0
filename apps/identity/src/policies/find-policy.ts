import { defaultPolicy, type OrganizationPolicy } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { policyOf } from './policy-of.ts';

/** What an organization demands, from the table itself. */
@Injectable()
export class FindPolicy {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async of(org: string | null): Promise<OrganizationPolicy> {
    if (org === null) return defaultPolicy;
    return this.unitOfWork.run((manager) => policyOf(manager, org));
  }
}
