import type { EntityManager } from 'typeorm';
import { IdentityEntity } from '../federation/identity.entity.ts';
import { RecoveryCodeEntity, SecondFactorEntity } from '../second-factor/second-factor.entity.ts';
import { PendingSignInEntity } from '../sign-ins/pending-sign-in.entity.ts';
import { AccountLinkEntity } from './links/account-link.entity.ts';
import { signOutBrowsers } from './sign-out-browsers.ts';
import { UserEntity } from './user.entity.ts';

/** Leaves no way into an account: no password, connected provider or second factor, no mailed link, and nobody signed in. */
export async function forgetSignInMethods(manager: EntityManager, userId: string): Promise<void> {
  for (const entity of [AccountLinkEntity, IdentityEntity, PendingSignInEntity, RecoveryCodeEntity, SecondFactorEntity]) await manager.delete(entity, { userId });
  await manager.update(UserEntity, { id: userId }, { passwordHash: null });
  await signOutBrowsers(manager, userId);
}
