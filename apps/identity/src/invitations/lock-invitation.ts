import { Problem } from '@latchkey/problem';
import { z } from 'zod';
import type { EntityManager } from 'typeorm';
import { InvitationEntity } from './invitation.entity.ts';

/** An invitation of the organization that nobody else changes until the transaction ends. @throws Problem `not_found` */
export async function lockInvitation(manager: EntityManager, org: string, id: string): Promise<InvitationEntity> {
  const row = z.uuid().safeParse(id).success ? await manager.findOne(InvitationEntity, { where: { id, org }, lock: { mode: 'pessimistic_write' } }) : null;
  if (row === null) throw new Problem('not_found');
  return row;
}
