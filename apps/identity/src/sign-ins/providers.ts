import type { Provider, Type } from '@nestjs/common';
import { AfterPassword } from './after-password.ts';
import { CompleteSignIn } from './complete-sign-in.ts';
import { ContinueController } from './continue.controller.ts';
import { FindDemand } from './find-demand.ts';
import { LinkController } from './link.controller.ts';
import { LinkSignIn } from './link-sign-in.ts';
import { PendingSignInEntity } from './pending-sign-in.entity.ts';
import { PendingSignIns } from './pending-sign-ins.ts';
import { SecondFactorController } from './second-factor.controller.ts';
import { StepUp } from './step-up.ts';

export const signInsProviders: Provider[] = [AfterPassword, CompleteSignIn, FindDemand, LinkSignIn, PendingSignIns, StepUp];
export const signInsControllers: Type[] = [ContinueController, LinkController, SecondFactorController];
export const signInsEntities: Type[] = [PendingSignInEntity];
