import { defaultPolicy, organizationPolicySchema, type OrganizationPolicy } from '@latchkey/contracts';
import type { EntityManager } from 'typeorm';
import { OrganizationPolicyEntity } from './organization-policy.entity.ts';

/** A stored policy with the members that came later filled in. */
export const readPolicy = (stored: unknown): OrganizationPolicy =>
  stored === null || stored === undefined ? defaultPolicy : organizationPolicySchema.parse(stored);

/** The policy of an organization, within the caller's transaction. */
export async function policyOf(manager: EntityManager, org: string): Promise<OrganizationPolicy> {
  return readPolicy((await manager.findOneBy(OrganizationPolicyEntity, { org }))?.policy);
}
