import { Module, type DynamicModule } from '@nestjs/common';
import { SystemWallClock, WallClock } from '@latchkey/clock';
import { AuditTrail, type Feed, type NatsCalls } from '@latchkey/feed';
import { AssertionVerifier, CallerGuard } from '@latchkey/service';
import type { Logger, Tracing } from '@latchkey/telemetry';
import { askingControllers, askingProviders } from './asking/providers.ts';
import { auditProviders } from './audit/providers.ts';
import { connectionControllers, connectionProviders } from './connections/providers.ts';
import { callProviders } from './calls/providers.ts';
import { encryptionProviders } from './encryption/providers.ts';
import { endUserControllers, endUserProviders } from './end-users/providers.ts';
import { gatewayJwksUrl, type KeysEnv } from './env.ts';
import { leakControllers, leakProviders } from './leaks/providers.ts';
import { GiveNotices } from './notices/give-notices.ts';
import { personalAccessTokenControllers, personalAccessTokenProviders } from './personal-access-tokens/providers.ts';
import { storageProviders } from './storage.ts';
import { usageControllers, usageProviders } from './usage/providers.ts';
import { KEYS_ENV, LOGGER } from './tokens.ts';
import { webhookControllers, webhookProviders } from './webhooks/providers.ts';

export interface KeysOptions {
  env: KeysEnv;
  feed: Feed;
  logger: Logger;
  /** Where what is done here is traced to; without it nothing is. */
  tracing?: Tracing | undefined;
  /** By which identity is told what happened; without it, it waits. */
  trail?: AuditTrail;
  /** By which other services call over NATS; without it over HTTP only. */
  calls?: NatsCalls;
  /** Tests move it. */
  clock?: WallClock;
}

/** The one module of the key service; features bring arrays. */
@Module({})
export class KeysModule {
  static register({ env, feed, logger, tracing, trail, calls, clock }: KeysOptions): DynamicModule {
    return {
      module: KeysModule,
      providers: [
        { provide: KEYS_ENV, useValue: env },
        { provide: LOGGER, useValue: logger },
        { provide: WallClock, useValue: clock ?? new SystemWallClock() },
        {
          provide: AssertionVerifier,
          useFactory: () =>
            new AssertionVerifier({ issuer: env.LATCHKEY_GATEWAY_URL, audience: env.LATCHKEY_KEYS_URL, jwksUrl: gatewayJwksUrl(env) }),
        },
        CallerGuard,
        ...(trail === undefined ? [] : [{ provide: AuditTrail, useValue: trail }]),
        ...encryptionProviders,
        ...storageProviders(feed, tracing),
        ...personalAccessTokenProviders,
        ...webhookProviders,
        ...connectionProviders,
        ...endUserProviders,
        ...usageProviders,
        GiveNotices,
        ...leakProviders,
        ...auditProviders,
        ...askingProviders(feed),
        ...(calls === undefined ? [] : callProviders(calls)),
      ],
      controllers: [...personalAccessTokenControllers, ...webhookControllers, ...endUserControllers, ...connectionControllers, ...usageControllers, ...leakControllers, ...askingControllers],
    };
  }
}
