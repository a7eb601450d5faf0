import type { Provider, Type } from '@nestjs/common';
import { ContinueController } from './continue.controller.ts';
import { LinkController } from './link.controller.ts';
import { LinkSignIn } from './link-sign-in.ts';
import { PendingSignInEntity } from './pending-sign-in.entity.ts';
import { PendingSignIns } from './pending-sign-ins.ts';

export const signInsProviders: Provider[] = [LinkSignIn, PendingSignIns];
export const signInsControllers: Type[] = [ContinueController, LinkController];
export const signInsEntities: Type[] = [PendingSignInEntity];
