import { stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import type { EntityManager } from 'typeorm';
import { recordAudit, type AuditAuthor } from '../audit/record-audit.ts';
import { signOutBrowsers } from './sign-out-browsers.ts';
import { userRecord } from './user-record.ts';
import { UserEntity } from './user.entity.ts';

async function locked(manager: EntityManager, id: string): Promise<UserEntity> {
  const user = await manager.findOne(UserEntity, { where: { id }, lock: { mode: 'for_no_key_update' } });
  if (user === null || user.deletedAt !== null) throw new Problem('not_found', { detail: 'There is no such account.' });
  return user;
}

/**
 * Shuts an account: nobody signs in to it, and everything it has anywhere ends for good, by one record (AS-63).
 * @returns whether it was open until now
 * @throws Problem `not_found`
 */
export async function disableUser(manager: EntityManager, id: string, by: AuditAuthor): Promise<boolean> {
  if ((await locked(manager, id)).disabledAt !== null) return false;
  await manager.query(
    'UPDATE users SET disabled_at = clock_timestamp(), epoch = greatest(epoch, floor(extract(epoch FROM clock_timestamp()))::integer) WHERE id = $1',
    [id],
  );
  await manager.query('DELETE FROM account_links WHERE user_id = $1', [id]);
  await signOutBrowsers(manager, id);
  await stage(manager, userRecord(await manager.findOneByOrFail(UserEntity, { id })));
  await recordAudit(manager, { org: null, ...by, action: 'user.disabled', target: { kind: 'user', id } });
  return true;
}

/**
 * Opens a shut account again. What it had stays dead: its person signs in, connects programs and makes keys anew.
 * @returns whether it was shut until now
 * @throws Problem `not_found`, also for an account that its person has deleted
 */
export async function enableUser(manager: EntityManager, id: string, by: AuditAuthor): Promise<boolean> {
  if ((await locked(manager, id)).disabledAt === null) return false;
  await manager.update(UserEntity, { id }, { disabledAt: null });
  await stage(manager, userRecord(await manager.findOneByOrFail(UserEntity, { id })));
  await recordAudit(manager, { org: null, ...by, action: 'user.enabled', target: { kind: 'user', id } });
  return true;
}
