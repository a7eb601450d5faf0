import { stage } from '@latchkey/feed-writer';
import type { EntityManager } from 'typeorm';
import { forgetSignInMethods } from '../accounts/forget-sign-in-methods.ts';
import { userRecord } from '../accounts/user-record.ts';
import { UserEntity } from '../accounts/user.entity.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { ConsentEntity } from '../grants/consent.entity.ts';

/**
 * Gives an account to whoever a provider vouches for, where nobody ever proved that its address was theirs: somebody may have registered
 * it beforehand, to wait there for its owner. Nothing of before stays valid: password, connected sign-ins, sessions, tokens.
 *
 * @returns false, and does nothing, where the address was proven, or an organization has taken the account in: its holder then has to
 * sign in to it
 */
export async function reclaimAddress(manager: EntityManager, account: UserEntity): Promise<boolean> {
  if (account.emailVerified || account.disabledAt !== null) return false;
  const [used] = await manager.query<[{ used: boolean }]>('SELECT EXISTS (SELECT 1 FROM members WHERE user_id = $1) AS used', [account.id]);
  if (used.used) return false;
  await forgetSignInMethods(manager, account.id);
  await manager.delete(ConsentEntity, { userId: account.id });
  await manager.query(
    `UPDATE users SET email_verified = true,
       epoch = greatest(epoch, floor(extract(epoch FROM clock_timestamp()))::integer) WHERE id = $1`,
    [account.id],
  );
  await stage(manager, userRecord(await manager.findOneByOrFail(UserEntity, { id: account.id })));
  const self = { kind: 'user', id: account.id } as const;
  await recordAudit(manager, { org: null, actor: self, action: 'user.reclaimed', target: self });
  return true;
}
