import { Problem } from '@latchkey/problem';
import type { EntityManager } from 'typeorm';
import { normalizedDomain } from './domain-name.ts';
import { DomainEntity } from './domain.entity.ts';

/** A domain of the organization that nobody else changes until the transaction ends. @throws Problem `not_found` */
export async function lockDomain(manager: EntityManager, org: string, named: string): Promise<DomainEntity> {
  const domain = normalizedDomain(named);
  const row = domain === null ? null : await manager.findOne(DomainEntity, { where: { org, domain }, lock: { mode: 'pessimistic_write' } });
  if (row === null) throw new Problem('not_found');
  return row;
}
