import type { Provider, Type } from '@nestjs/common';
import { AssetsController } from '../pages/assets.controller.ts';
import { RootController } from '../pages/root.controller.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { ContinueSignedUp } from './continue-signed-up.ts';
import { DecideConsent } from './decide-consent.ts';
import { FindConsentView } from './find-consent-view.ts';
import { ForeseeAuthorization } from './foresee-authorization.ts';
import { GatherConsent } from './gather-consent.ts';
import { GoneFilter } from './gone.filter.ts';
import { GrantConsent } from './grant-consent.ts';
import { InteractionsController } from './interactions.controller.ts';
import { JudgeChoices } from './judge-choices.ts';
import { OfferProjects } from './offer-projects.ts';
import { OpenInteraction } from './open-interaction.ts';
import { RememberedGrant } from './remembered-grant.ts';
import { ShowInteraction } from './show-interaction.ts';
import { SignIn } from './sign-in.ts';

export const interactionsProviders: Provider[] = [
  ContinueSignedUp,
  DecideConsent,
  FindConsentView,
  ForeseeAuthorization,
  GatherConsent,
  GoneFilter,
  GrantConsent,
  JudgeChoices,
  OfferProjects,
  OpenInteraction,
  PageFilter,
  RememberedGrant,
  ShowInteraction,
  SignIn,
];
export const interactionsControllers: Type[] = [RootController, AssetsController, InteractionsController];
export const interactionsEntities: Type[] = [];
