import type { Provider, Type } from '@nestjs/common';
import { CreateProvider } from './create-provider.ts';
import { DeleteProvider } from './delete-provider.ts';
import { IdentityProviderEntity } from './identity-provider.entity.ts';
import { IdentityProvidersController } from './identity-providers.controller.ts';
import { ListProviders } from './list-providers.ts';
import { UpdateProvider } from './update-provider.ts';

export const identityProvidersProviders: Provider[] = [CreateProvider, DeleteProvider, ListProviders, UpdateProvider];
export const identityProvidersControllers: Type[] = [IdentityProvidersController];
export const identityProvidersEntities: Type[] = [IdentityProviderEntity];
