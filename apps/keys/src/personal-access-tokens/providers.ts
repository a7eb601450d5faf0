import type { Provider, Type } from '@nestjs/common';
import { ChangePatOperation } from './change/change.ts';
import { FindKey } from './find-key.ts';
import { LearnEpochs } from './learn-epochs.ts';
import { ListPats } from './list/list.ts';
import { MintReplayEntity } from './mint/mint-replay.entity.ts';
import { MintReplays } from './mint/mint-replays.ts';
import { MintGroups } from './mint/mint-groups.ts';
import { MintPatOperation } from './mint/mint.ts';
import { PresentedKey } from './mint/presented-key.ts';
import { WipeReplays } from './mint/wipe-replays.ts';
import { PatEntity } from './pat.entity.ts';
import { PersonalAccessTokensController } from './personal-access-tokens.controller.ts';
import { Principals } from './principal.ts';
import { PromptRelay } from './prompt-relay.ts';
import { KeyEpochEntity } from './revoke-many/key-epoch.entity.ts';
import { RevokePatsOperation } from './revoke-many/revoke-many.ts';
import { RevokePat } from './revoke/revoke.ts';
import { Owners } from './verify/owners.ts';
import { VerifyPatOperation } from './verify/verify.ts';
import { RotatePatOperation } from './rotate/rotate.ts';
import { ShowPat } from './show/show.ts';

export const personalAccessTokenEntities: Type[] = [PatEntity, KeyEpochEntity, MintReplayEntity];
export const personalAccessTokenProviders: Provider[] = [
  FindKey, LearnEpochs, PresentedKey, Principals, PromptRelay, MintReplays, WipeReplays, MintGroups, MintPatOperation, ListPats, ShowPat, ChangePatOperation, RotatePatOperation, RevokePat, RevokePatsOperation, Owners, VerifyPatOperation,
];
export const personalAccessTokenControllers: Type[] = [PersonalAccessTokensController];
