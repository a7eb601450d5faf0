import type { Provider, Type } from '@nestjs/common';
import { IdentityProviderEntity } from './identity-provider.entity.ts';

export const identityProvidersProviders: Provider[] = [];
export const identityProvidersControllers: Type[] = [];
export const identityProvidersEntities: Type[] = [IdentityProviderEntity];
