import { Problem } from '@latchkey/problem';
import type { EntityManager } from 'typeorm';
import { isUserId as isUuid } from '../accounts/user-id.ts';
import { IdentityProviderEntity } from './identity-provider.entity.ts';

/** @throws Problem `not_found` alike for no provider and another tenant's */
export async function visibleProvider(manager: EntityManager, org: string, id: string, forUpdate = false): Promise<IdentityProviderEntity> {
  if (!isUuid(id)) throw new Problem('not_found');
  const lock = forUpdate ? { lock: { mode: 'pessimistic_write' as const } } : {};
  const row = await manager.findOne(IdentityProviderEntity, { where: { id, org }, ...lock });
  if (row === null) throw new Problem('not_found');
  return row;
}
