import type { EntityManager } from 'typeorm';
import { IdentityEntity } from '../federation/identity.entity.ts';
import { RecoveryCodeEntity, SecondFactorEntity } from '../second-factor/second-factor.entity.ts';
import { PendingSignInEntity } from '../sign-ins/pending-sign-in.entity.ts';
import { AccountLinkEntity } from './links/account-link.entity.ts';
import { signOutBrowsers } from './sign-out-browsers.ts';
import { UserEntity } from './user.entity.ts';

/**
 * Leaves no way into an account: no password, connected provider or second factor, no mailed link, and nobody signed in.
 * @param undoneFrom  links that take the account back to an address that it had before this moment stay: whoever reads that one's mail has
 *   the older right
 */
export async function forgetSignInMethods(manager: EntityManager, userId: string, undoneFrom?: Date): Promise<void> {
  if (undoneFrom === undefined) await manager.delete(AccountLinkEntity, { userId });
  else await manager.query("DELETE FROM account_links WHERE user_id = $1 AND NOT (purpose = 'email_undo' AND created_at < $2)", [userId, undoneFrom]);
  for (const entity of [IdentityEntity, PendingSignInEntity, RecoveryCodeEntity, SecondFactorEntity]) await manager.delete(entity, { userId });
  await manager.update(UserEntity, { id: userId }, { passwordHash: null });
  await signOutBrowsers(manager, userId);
}
