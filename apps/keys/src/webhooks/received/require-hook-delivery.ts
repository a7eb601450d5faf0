import { Problem } from '@latchkey/problem';
import type { EntityManager } from 'typeorm';
import { isRowId } from '../../paging/page.ts';
import { HookDeliveryEntity } from '../receiving/hook-delivery.entity.ts';

/** @throws Problem `not_found` for what this subscription did not receive */
export async function requireHookDelivery(manager: EntityManager, subscriptionId: string, id: string): Promise<HookDeliveryEntity> {
  const row = isRowId(id) ? await manager.findOneBy(HookDeliveryEntity, { id, subscriptionId }) : null;
  if (row === null) throw new Problem('not_found', { detail: 'There is no such delivery.' });
  return row;
}
