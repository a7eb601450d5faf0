import { Inject, Injectable } from '@nestjs/common';
import { proofAlgorithms } from '@latchkey/oauth';
import { errors, type Client, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { FindAccount } from '../accounts/find-account.ts';
import { ClientAdapter } from '../clients/client-adapter.ts';
import { mayReadAnswers } from '../clients/browser-origins.ts';
import { documentPolicy, isAllowedDocument, isAllowedSource } from '../clients/document-policy.ts';
import { isDocumentUrl, rewriteMetadataDocument } from '../clients/metadata-document.ts';
import { OutboundFetch } from '@latchkey/outbound';
import { DocumentLimits } from '../clients/document-limits.ts';
import { dynamicClientId } from '../clients/dynamic-client-id.ts';
import { DeviceFlow } from '../device/device-flow.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { RememberedGrant } from '../interactions/remembered-grant.ts';
import { agentClient } from '../exchange/agent-client.ts';
import { Standings } from '../grants/standing.ts';
import { LocalSigningKey } from '../keys/local-signing-key.ts';
import type { LoadedKeys } from '../keys/signing-keys.ts';
import { GrantedPolicies, withinPolicy, withinPolicyForPeople } from '../policies/granted-policies.ts';
import { ClientCredentialsGrant } from '../tokens/client-credentials.ts';
import { StructuredTokens } from '../tokens/structured-tokens.ts';
import { TokenClaims } from '../tokens/claims.ts';
import { TokenScopes } from '../tokens/token-scopes.ts';
import { PostgresAdapter } from './adapter.ts';
import { cookies } from './cookies.ts';
import { deviceCodeSeconds, grantSeconds, idTokenSeconds, interactionSeconds, sessionSeconds, tombstoneSeconds } from './lifetimes.ts';
import { renderError, renderLoggedOut, renderLogout } from './local-pages.ts';
import { peerAddress } from './peer-address.ts';
import { Resources } from './resources.ts';
import { routes } from './routes.ts';
import { UnitOfWork } from './unit-of-work.ts';

type Fetch = NonNullable<Configuration['fetch']>;

/** The engine's configuration: what differs from its defaults and why is PROTOCOL's table "oidc-provider defaults that change". */
@Injectable()
export class EngineConfiguration {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly accounts: FindAccount,
    private readonly resources: Resources,
    private readonly standings: Standings,
    private readonly scopes: TokenScopes,
    private readonly claims: TokenClaims,
    private readonly clientCredentials: ClientCredentialsGrant,
    private readonly deviceFlow: DeviceFlow,
    private readonly structuredTokens: StructuredTokens,
    private readonly policies: GrantedPolicies,
    private readonly outbound: OutboundFetch,
    private readonly documentLimits: DocumentLimits,
    private readonly rememberedGrant: RememberedGrant,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  with({ jwks }: LoadedKeys): Configuration {
    const { env } = this;
    const tombstones = tombstoneSeconds(env);
    const clients = new ClientAdapter(this.unitOfWork, tombstones);
    return {
      adapter: (kind: string) => (kind === 'Client' ? clients : new PostgresAdapter(kind, this.unitOfWork, tombstones)),
      clients: [agentClient],
      jwks: { keys: jwks.keys.map((key) => (key.alg === 'ES256' ? new LocalSigningKey(key) : key)) } as Configuration['jwks'],
      cookies: cookies(env.LATCHKEY_ISSUER),
      routes,
      interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
      // Resource scopes are not among these: the engine would take them for OpenID scopes. The metadata names them (answers.ts).
      scopes: ['openid', 'email', 'profile', 'offline_access'],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      responseTypes: ['code'],
      pkce: { required: () => true },
      clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      clientDefaults: { application_type: 'native', grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
      extraClientMetadata: { properties: ['registered_scope', 'software_id', 'software_version'] },
      clientBasedCORS: (_ctx, origin, client) => mayReadAnswers(origin, client, env.LATCHKEY_ALLOW_LOOPBACK_ORIGINS),
      enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'], idTokenSigningAlgValues: ['RS256', 'ES256'], dPoPSigningAlgValues: [...proofAlgorithms] },
      features: this.features(),
      findAccount: (_ctx, sub) => this.accounts.find(sub),
      loadExistingGrant: async (ctx) => (await grantOfThisInteraction(ctx)) ?? (await this.rememberedGrant.find(ctx)),
      extraTokenClaims: async (ctx, token) => ('grantId' in token ? this.claims.find(token) : this.clientCredentials.claims(ctx)),
      // AS-51: clients that may refresh get to, whether or not they asked for offline_access, and signing out disconnects none.
      issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
      expiresWithSession: () => false,
      rotateRefreshToken: true,
      ttl: this.lifetimes(),
      fetch: ((url: string | URL, options?: { signal?: AbortSignal | null }) => this.fetch(String(url), options?.signal)) as Fetch,
      renderError,
    };
  }

  private features(): Configuration['features'] {
    const { env } = this;
    const open = env.LATCHKEY_DCR !== 'off';
    const documents = documentPolicy(env);
    return {
      devInteractions: { enabled: false },
      // Of the keys of access tokens (LocalSigningKey).
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      // A proof is good once and for five minutes, here and at the gateway, with no nonce to fetch first (docs/adr/0013).
      dPoP: { enabled: true, allowReplay: false, requireNonce: () => false },
      registration: { enabled: open, initialAccessToken: env.LATCHKEY_DCR === 'token' ? env.LATCHKEY_DCR_TOKEN : false, idFactory: dynamicClientId },
      registrationManagement: { enabled: open, rotateRegistrationAccessToken: true },
      rpMetadataChoices: { enabled: true },
      clientCredentials: { enabled: true },
      deviceFlow: this.deviceFlow.configuration,
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => this.structuredTokens.mayTell(client, token) },
      clientIdMetadataDocument: {
        enabled: true,
        ack: 'draft-02',
        allowFetch: async (ctx, id) => isDocumentUrl(id) && isAllowedSource(id, documents) && (await this.documentLimits.allow(peerAddress(ctx.req))),
        allowClient: (_ctx, client) => isAllowedDocument(client, documents),
      },
      resourceIndicators: {
        enabled: true,
        // A missing resource is filled in before the engine (front/shape-authorization.ts); several are refused.
        defaultResource: (_ctx, _client, oneOf) => oneOf as unknown as string,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource, client) => this.resourceServer(ctx, resource, client),
      },
      rpInitiatedLogout: { enabled: true, logoutSource: renderLogout, postLogoutSuccessSource: renderLoggedOut },
    };
  }

  private lifetimes(): Configuration['ttl'] {
    const { env } = this;
    return {
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? env.LATCHKEY_ACCESS_TOKEN_TTL_SECONDS,
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? env.LATCHKEY_ACCESS_TOKEN_TTL_SECONDS,
      DeviceCode: deviceCodeSeconds,
      AuthorizationCode: env.LATCHKEY_AUTHORIZATION_CODE_TTL_SECONDS,
      Grant: grantSeconds,
      IdToken: idTokenSeconds,
      Interaction: interactionSeconds,
      // From the last use, and never past the grant (what would outlive it could not be redeemed) or the organization's policy.
      RefreshToken: (ctx, token) => {
        const allowed = withinPolicy(env.LATCHKEY_REFRESH_TOKEN_TTL_SECONDS, this.policies.of(ctx).refreshTokenTtlSeconds);
        return Math.max(1, Math.min(allowed, grantSeconds - token.totalLifetime()));
      },
      Session: sessionSeconds,
    };
  }

  private async resourceServer(ctx: KoaContextWithOIDC, text: string, client: Client) {
    const resource = await this.resources.find(text);
    if (resource === null) throw new errors.InvalidTarget('the resource is not known here');
    const { Grant: grant, AuthorizationCode: code, DeviceCode: deviceCode, RefreshToken: refreshToken } = ctx.oidc.entities;
    const source = code ?? deviceCode ?? refreshToken;
    const standing = ctx.oidc.route === 'token' && grant !== undefined ? await this.standings.requireOnce(ctx, grant.jti, source?.sessionUid) : null;
    const scopes = standing === null ? await this.scopes.offered(resource, client) : await this.scopes.find(standing, resource, client);
    if (standing !== null) this.policies.note(ctx, standing.policy);
    return {
      scope: scopes.join(' '),
      audience: resource.resource,
      accessTokenTTL: (standing === null ? withinPolicy : withinPolicyForPeople)(this.env.LATCHKEY_ACCESS_TOKEN_TTL_SECONDS, this.policies.of(ctx).accessTokenTtlSeconds),
      accessTokenFormat: 'jwt' as const,
      jwt: { sign: { alg: 'ES256' as const } },
    };
  }

  private async fetch(url: string, signal: AbortSignal | null | undefined): Promise<Response> {
    const { status, headers, body } = await this.outbound.get(url, signal ?? undefined);
    const kept = new Headers();
    for (const name of ['cache-control', 'expires', 'content-type']) {
      const value = headers.get(name);
      if (value !== null) kept.set(name, value);
    }
    return new Response(rewriteMetadataDocument(url, body), { status, headers: kept });
  }
}

/** AS-14: every authorization has a grant of its own; an earlier one of the same client, maybe another install of it, is never handed out. */
async function grantOfThisInteraction(ctx: KoaContextWithOIDC) {
  const grantId = ctx.oidc.result?.consent?.grantId;
  return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId);
}
