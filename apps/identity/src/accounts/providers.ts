import type { Provider, Type } from '@nestjs/common';
import { Authenticate } from './authenticate.ts';
import { ChangePassword } from './change-password.ts';
import { CreateUser } from './create-user.ts';
import { FindAccount } from './find-account.ts';
import { RevokeUser } from './revoke-user.ts';
import { SignInThrottle } from './sign-in-throttle.ts';
import { AccountLinkEntity } from './links/account-link.entity.ts';
import { AccountRequestEntity } from './requests/account-request.entity.ts';
import { UserEntity } from './user.entity.ts';

export const accountsProviders: Provider[] = [Authenticate, ChangePassword, CreateUser, FindAccount, RevokeUser, SignInThrottle];
export const accountsControllers: Type[] = [];
export const accountsEntities: Type[] = [AccountLinkEntity, AccountRequestEntity, UserEntity];
