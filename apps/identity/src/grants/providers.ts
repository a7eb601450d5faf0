import type { Provider, Type } from '@nestjs/common';
import { EndGrants } from './end-grants.ts';
import { EndUnwelcome } from './end-unwelcome.ts';
import { GrantsController } from './grants.controller.ts';
import { ListGrants } from './list-grants.ts';
import { ProgramsController } from './programs.controller.ts';
import { RememberedConsents } from './remembered-consents.ts';
import { RevokeGrants } from './revoke-grants.ts';

/** What people and administrators do with grants; what the engine needs of them is listed with the engine. */
export const grantsProviders: Provider[] = [EndGrants, EndUnwelcome, ListGrants, RememberedConsents, RevokeGrants];
export const grantsControllers: Type[] = [GrantsController, ProgramsController];
