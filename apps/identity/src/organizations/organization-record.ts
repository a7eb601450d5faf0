import type { RecordOf } from '@latchkey/contracts';
import type { EntityManager } from 'typeorm';
import { policyOf } from '../policies/policy-of.ts';
import { OrganizationEntity } from './organization.entity.ts';

/** An organization as the gateways know it. Read it under the organization's lock. */
export async function organizationRecord(manager: EntityManager, org: string): Promise<RecordOf<'org'>> {
  const row = await manager.findOneByOrFail(OrganizationEntity, { slug: org });
  const { keyMaxLifetimeSeconds, requestsPerMinute, requestsPerMinutePerCredential } = await policyOf(manager, org);
  const limits = { ...(requestsPerMinute === null ? {} : { requestsPerMinute }), ...(requestsPerMinutePerCredential === null ? {} : { requestsPerMinutePerCredential }) };
  const policy = keyMaxLifetimeSeconds === null && Object.keys(limits).length === 0 ? {} : { policy: { keyMaxLifetimeSeconds, ...limits } };
  return { kind: 'org', id: org, disabled: row.disabledAt !== null, epoch: row.epoch, ...policy };
}
