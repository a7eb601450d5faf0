import type { Provider, Type } from '@nestjs/common';
import { EndUserIssuerEntity } from './end-user-issuer.entity.ts';
import { EndUserIssuersController } from './end-user-issuers.controller.ts';
import { ListIssuers } from './list-issuers.ts';
import { RegisterIssuer } from './register-issuer.ts';
import { RevokeIssuer } from './revoke-issuer.ts';

export const endUserEntities: Type[] = [EndUserIssuerEntity];
export const endUserProviders: Provider[] = [RegisterIssuer, ListIssuers, RevokeIssuer];
export const endUserControllers: Type[] = [EndUserIssuersController];
