import type { Provider, Type } from '@nestjs/common';
import { ListPats } from './list/list.ts';
import { MintPatOperation } from './mint/mint.ts';
import { PatEntity } from './pat.entity.ts';
import { PersonalAccessTokensController } from './personal-access-tokens.controller.ts';
import { Principals } from './principal.ts';
import { PromptRelay } from './prompt-relay.ts';
import { RevokePat } from './revoke/revoke.ts';
import { ShowPat } from './show/show.ts';

export const personalAccessTokenEntities: Type[] = [PatEntity];
export const personalAccessTokenProviders: Provider[] = [Principals, PromptRelay, MintPatOperation, ListPats, ShowPat, RevokePat];
export const personalAccessTokenControllers: Type[] = [PersonalAccessTokensController];
