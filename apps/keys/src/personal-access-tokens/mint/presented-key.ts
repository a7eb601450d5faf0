import { Problem } from '@latchkey/problem';
import type { EntityManager } from 'typeorm';
import { PatEntity } from '../pat.entity.ts';
import type { Principal } from '../principal.ts';
import { statusOf } from '../status.ts';

/**
 * The key that was presented, locked against a revocation that commits before its offspring does; null for who comes without one.
 * @throws Problem `token_unknown`, `token_revoked` or `token_expired`
 */
export async function presentedKey(manager: EntityManager, principal: Principal, now: Date): Promise<PatEntity | null> {
  if (principal.pat === null) return null;
  const row = await manager.findOne(PatEntity, { where: { id: principal.pat, org: principal.org, owner: principal.user }, lock: { mode: 'pessimistic_read' } });
  if (row === null) throw new Problem('token_unknown');
  const status = statusOf(row, now);
  if (status === 'revoked') throw new Problem('token_revoked');
  if (status === 'expired') throw new Problem('token_expired');
  return row;
}
