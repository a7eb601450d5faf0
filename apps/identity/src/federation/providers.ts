import type { Provider, Type } from '@nestjs/common';
import { BeginSignIn } from './begin-sign-in.ts';
import { FederationController } from './federation.controller.ts';
import { FederationStateEntity } from './federation-state.entity.ts';
import { FindProvider } from './find-provider.ts';
import { FinishSignIn } from './finish-sign-in.ts';
import { IdentityEntity } from './identity.entity.ts';
import { OfferProviders } from './offer-providers.ts';
import { OidcFetch } from './oidc-fetch.ts';
import { RecognizePerson } from './recognize-person.ts';
import { RelyingParty } from './relying-party.ts';
import { SignInMethodsController } from './sign-in-methods.controller.ts';
import { UnlinkIdentity } from './unlink-identity.ts';

export const federationProviders: Provider[] = [BeginSignIn, FindProvider, FinishSignIn, OfferProviders, OidcFetch, RecognizePerson, RelyingParty, UnlinkIdentity];
export const federationControllers: Type[] = [FederationController, SignInMethodsController];
export const federationEntities: Type[] = [FederationStateEntity, IdentityEntity];
