import type { Provider } from '@nestjs/common';
import { BreachFetch } from '../accounts/password-breaches.ts';
import { Admissions } from '../clients/admissions.ts';
import { ClientBounds } from '../clients/client-bounds.ts';
import { CompareClientSecret } from '../clients/compare-client-secret.ts';
import { DocumentLimits } from '../clients/document-limits.ts';
import { FindMachine } from '../clients/find-machine.ts';
import { MarkClientUsed } from '../clients/mark-client-used.ts';
import { OneUpdateAtATime } from '../clients/one-update-at-a-time.ts';
import { GuardedFetch, OutboundFetch } from '@latchkey/outbound';
import { RegistrationLimits } from '../clients/registration-limits.ts';
import { ReviveClient } from '../clients/revive-client.ts';
import { deviceProviders } from '../device/providers.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { Authorizations } from '../grants/authorizations.ts';
import { Consents } from '../grants/consents.ts';
import { EndSession } from '../grants/end-session.ts';
import { NoteGrantUse } from '../grants/note-use.ts';
import { Standings } from '../grants/standing.ts';
import { DropSigningKey } from '../keys/drop-signing-key.ts';
import { KeyRotation } from '../keys/key-rotation.ts';
import { MasterKey } from '../keys/master-key.ts';
import { ResealKeys } from '../keys/reseal-keys.ts';
import { RotateSigningKeys } from '../keys/rotate-signing-keys.ts';
import { SigningKeys } from '../keys/signing-keys.ts';
import { TokenMetrics } from '../metrics/token-metrics.ts';
import { AccessTokens } from '../tokens/access-tokens.ts';
import { TokenClaims } from '../tokens/claims.ts';
import { ClientCredentialsGrant } from '../tokens/client-credentials.ts';
import { RedeemCode } from '../tokens/redeem-code.ts';
import { ReadAhead } from '../tokens/read-ahead.ts';
import { RedeemOnce } from '../tokens/redeem-once.ts';
import { RefreshReplays } from '../tokens/refresh-replays.ts';
import { RefreshTokenGrant } from '../tokens/refresh-token.ts';
import { StructuredTokens } from '../tokens/structured-tokens.ts';
import { TokenScopes } from '../tokens/token-scopes.ts';
import { EngineConfiguration } from './engine-configuration.ts';
import { EngineFactory } from './engine-factory.ts';
import { EngineFront } from './front/front.ts';
import { OidcEngine } from './oidc-engine.ts';
import { Resources } from './resources.ts';
import { Sweeper } from './sweeper.ts';
import { UnitOfWork } from './unit-of-work.ts';

/** @param outbound  where tests serve client documents from; the guarded way out without it */
export const engineProviders = (outbound?: OutboundFetch): Provider[] => [
  { provide: MasterKey, useFactory: (env: IdentityEnv) => new MasterKey(env.LATCHKEY_MASTER_KEY), inject: [IDENTITY_ENV] },
  {
    provide: OutboundFetch,
    useFactory: (env: IdentityEnv) => outbound ?? new GuardedFetch({ allowPrivateAddresses: env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS }),
    inject: [IDENTITY_ENV],
  },
  // The answers are larger than documents, and its address is our own choice.
  { provide: BreachFetch, useFactory: () => outbound ?? new GuardedFetch({ allowPrivateAddresses: false, maxBytes: 1024 * 1024 }) },
  AccessTokens,
  Admissions,
  Authorizations,
  ClientCredentialsGrant,
  ClientBounds,
  CompareClientSecret,
  Consents,
  DocumentLimits,
  DropSigningKey,
  EndSession,
  EngineConfiguration,
  EngineFactory,
  EngineFront,
  FindMachine,
  KeyRotation,
  MarkClientUsed,
  NoteGrantUse,
  TokenMetrics,
  OidcEngine,
  OneUpdateAtATime,
  RedeemCode,
  ReadAhead,
  RedeemOnce,
  ...deviceProviders,
  RefreshReplays,
  RefreshTokenGrant,
  RegistrationLimits,
  Resources,
  ResealKeys,
  ReviveClient,
  RotateSigningKeys,
  SigningKeys,
  Standings,
  StructuredTokens,
  Sweeper,
  TokenClaims,
  TokenScopes,
  UnitOfWork,
];
