import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import type Provider from 'oidc-provider';
import { AssertionGrant } from '../assertions/assertion-grant.ts';
import { CompareClientSecret } from '../clients/compare-client-secret.ts';
import { OneUpdateAtATime } from '../clients/one-update-at-a-time.ts';
import { RedeemDeviceCode } from '../device/redeem-device-code.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { tokenExchangeGrant } from '../exchange/agent-client.ts';
import { ExchangeToken } from '../exchange/exchange-token.ts';
import { NoteGrantUse } from '../grants/note-use.ts';
import type { LoadedKeys } from '../keys/signing-keys.ts';
import { TokenMetrics } from '../metrics/token-metrics.ts';
import { LOGGER } from '../tokens.ts';
import { ClientCredentialsGrant } from '../tokens/client-credentials.ts';
import { RedeemCode } from '../tokens/redeem-code.ts';
import { RefreshTokenGrant } from '../tokens/refresh-token.ts';
import { StructuredTokens } from '../tokens/structured-tokens.ts';
import { MarkClientUsed } from '../clients/mark-client-used.ts';
import { answers } from './answers.ts';
import { CookieSignatures } from './cookie-signatures.ts';
import { EngineConfiguration } from './engine-configuration.ts';
import { GuardedProvider } from './guarded-provider.ts';
import { carryContext } from './let-go.ts';
import { oneTransaction } from './one-transaction.ts';
import { UnitOfWork } from './unit-of-work.ts';

/** Builds an engine: configuration, guards around its grants, and the last touches on its answers. */
@Injectable()
export class EngineFactory {
  constructor(
    private readonly configuration: EngineConfiguration,
    private readonly redeemCode: RedeemCode,
    private readonly refreshToken: RefreshTokenGrant,
    private readonly clientCredentials: ClientCredentialsGrant,
    private readonly redeemDeviceCode: RedeemDeviceCode,
    private readonly structuredTokens: StructuredTokens,
    private readonly markClientUsed: MarkClientUsed,
    private readonly oneUpdateAtATime: OneUpdateAtATime,
    private readonly compareClientSecret: CompareClientSecret,
    private readonly noteGrantUse: NoteGrantUse,
    private readonly exchangeToken: ExchangeToken,
    private readonly assertionGrant: AssertionGrant,
    private readonly unitOfWork: UnitOfWork,
    private readonly tokenMetrics: TokenMetrics,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  build(keys: LoadedKeys): Provider {
    const provider = new GuardedProvider(this.env.LATCHKEY_ISSUER, this.configuration.with(keys));
    // The front sets X-Forwarded-Proto itself: behind TLS termination the engine would make http URLs otherwise (AS-03).
    provider.proxy = true;
    provider.silent = true;
    // Koa takes what signs in the place of keys: https://koajs.com/#app-keys-
    provider.keys = new CookieSignatures(keys.cookieKeys);
    provider.grantGuards.set('authorization_code', this.redeemCode.guard);
    provider.grantGuards.set('refresh_token', this.refreshToken.guard);
    provider.grantGuards.set('client_credentials', this.clientCredentials.guard);
    provider.registerGrantType(tokenExchangeGrant, this.exchangeToken.handle, ExchangeToken.params);
    provider.grantGuards.set('urn:ietf:params:oauth:grant-type:device_code', this.redeemDeviceCode.guard);
    this.assertionGrant.install(provider);
    this.compareClientSecret.install(provider);
    provider.use(carryContext);
    provider.use(answers(this.env));
    this.structuredTokens.install(provider);
    this.oneUpdateAtATime.install(provider);
    provider.use(oneTransaction(this.unitOfWork));
    this.markClientUsed.install(provider);
    this.noteGrantUse.install(provider);
    this.tokenMetrics.install(provider);
    provider.on('server_error', (_ctx, error) => this.logger.error({ err: error }, 'the OAuth engine failed'));
    return provider;
  }
}
