import type { Provider, Type } from '@nestjs/common';
import { CheckSecondFactor } from './check-second-factor.ts';
import { EnrolSecondFactor } from './enrol-second-factor.ts';
import { ManageFactorController } from './manage-factor.controller.ts';
import { RecoveryCodeEntity, SecondFactorEntity } from './second-factor.entity.ts';

export const secondFactorProviders: Provider[] = [CheckSecondFactor, EnrolSecondFactor];
export const secondFactorControllers: Type[] = [ManageFactorController];
export const secondFactorEntities: Type[] = [RecoveryCodeEntity, SecondFactorEntity];
