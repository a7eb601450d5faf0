import { Module, type DynamicModule } from '@nestjs/common';
import { AuditTrail, type Feed } from '@latchkey/feed';
import type { Logger, Tracing } from '@latchkey/telemetry';
import { SystemWallClock, WallClock } from '@latchkey/clock';
import { AssertionVerifier, CallerGuard } from '@latchkey/service';
import { accountsControllers, accountsProviders } from './accounts/providers.ts';
import { auditControllers, auditProviders } from './audit/providers.ts';
import { assertionsControllers, assertionsProviders } from './assertions/providers.ts';
import { askingControllers, askingProviders } from './asking/providers.ts';
import { connectingControllers, connectingProviders } from './connecting/providers.ts';
import { consoleControllers, consoleProviders } from './console/providers.ts';
import type { OutboundFetch } from '@latchkey/outbound';
import { exchangeProviders } from './exchange/providers.ts';
import { domainsControllers, domainsProviders } from './domains/providers.ts';
import type { TxtResolver } from './domains/txt-resolver.ts';
import { gatewayJwksUrl, IDENTITY_ENV, type IdentityEnv } from './env.ts';
import { federationControllers, federationProviders } from './federation/providers.ts';
import { grantsControllers, grantsProviders } from './grants/providers.ts';
import { identityProvidersControllers, identityProvidersProviders } from './identity-providers/providers.ts';
import { interactionsControllers, interactionsProviders } from './interactions/providers.ts';
import { invitationsControllers, invitationsProviders } from './invitations/providers.ts';
import { mailControllers, mailProviders } from './mail/providers.ts';
import { oauthClientsControllers, oauthClientsProviders } from './oauth-clients/providers.ts';
import { organizationsControllers, organizationsProviders } from './organizations/providers.ts';
import { policiesControllers, policiesProviders } from './policies/providers.ts';
import { projectsControllers, projectsProviders } from './projects/providers.ts';
import { engineProviders } from './provider/providers.ts';
import { secondFactorControllers, secondFactorProviders } from './second-factor/providers.ts';
import { serversControllers, serversProviders } from './servers/providers.ts';
import { signInsControllers, signInsProviders } from './sign-ins/providers.ts';
import { sessionsControllers, sessionsProviders } from './sessions/providers.ts';
import { storageProviders } from './storage.ts';
import { LOGGER } from './tokens.ts';
import { trustedClientsControllers, trustedClientsProviders } from './trusted-clients/providers.ts';

export interface IdentityOptions {
  env: IdentityEnv;
  feed: Feed;
  logger: Logger;
  /** Where what is done here is traced to; without it nothing is. */
  tracing?: Tracing | undefined;
  /** By which other services tell what they did; without it, nobody is listened to. */
  trail?: AuditTrail;
  /** Tests move it. */
  clock?: WallClock;
  /** Where tests serve client documents from. */
  outbound?: OutboundFetch;
  /** What tests answer to questions about domains. */
  txtResolver?: TxtResolver;
}

/** The one module of the identity service; features bring arrays. */
@Module({})
export class IdentityModule {
  static register({ env, feed, logger, tracing, trail, clock, outbound, txtResolver }: IdentityOptions): DynamicModule {
    return {
      module: IdentityModule,
      providers: [
        { provide: IDENTITY_ENV, useValue: env },
        { provide: LOGGER, useValue: logger },
        { provide: WallClock, useValue: clock ?? new SystemWallClock() },
        {
          provide: AssertionVerifier,
          useFactory: () =>
            new AssertionVerifier({ issuer: env.LATCHKEY_GATEWAY_URL, audience: env.LATCHKEY_ISSUER, jwksUrl: gatewayJwksUrl(env) }),
        },
        CallerGuard,
        ...(trail === undefined ? [] : [{ provide: AuditTrail, useValue: trail }]),
        ...storageProviders(feed, tracing),
        ...engineProviders(outbound),
        ...exchangeProviders,
        ...assertionsProviders,
        ...accountsProviders,
        ...organizationsProviders,
        ...policiesProviders,
        ...projectsProviders,
        ...invitationsProviders,
        ...connectingProviders,
        ...domainsProviders(txtResolver),
        ...serversProviders,
        ...oauthClientsProviders,
        ...trustedClientsProviders,
        ...grantsProviders,
        ...interactionsProviders,
        ...federationProviders,
        ...identityProvidersProviders,
        ...signInsProviders,
        ...secondFactorProviders,
        ...consoleProviders,
        ...auditProviders,
        ...mailProviders,
        ...sessionsProviders,
        ...askingProviders(feed),
      ],
      controllers: [
        ...accountsControllers,
        ...assertionsControllers,
        ...invitationsControllers,
        ...domainsControllers,
        ...organizationsControllers,
        ...policiesControllers,
        ...projectsControllers,
        ...serversControllers,
        ...oauthClientsControllers,
        ...trustedClientsControllers,
        ...grantsControllers,
        ...interactionsControllers,
        ...connectingControllers,
        ...federationControllers,
        ...identityProvidersControllers,
        ...signInsControllers,
        ...secondFactorControllers,
        ...consoleControllers,
        ...auditControllers,
        ...mailControllers,
        ...sessionsControllers,
        ...askingControllers,
      ],
    };
  }
}
