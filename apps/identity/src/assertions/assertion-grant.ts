import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import { withImplied } from '@latchkey/oauth';
import type { Scope } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type GuardedKoa from 'oidc-provider';
import { errors, type TokenEndpointGrantContext } from 'oidc-provider';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { clientReference, cleaned } from '../audit/oauth-author.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { ClientEntity } from '../clients/client.entity.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { AuthorizationEntity } from '../grants/authorization.entity.ts';
import { Standings } from '../grants/standing.ts';
import { withinPolicy } from '../policies/granted-policies.ts';
import { buildTokenResponse, checkDpopReplay, checkDpopRequired, validateDpop } from '../provider/engine-internals.ts';
import { Resources, type Resource } from '../provider/resources.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { SignAccessToken } from '../tokens/sign-access-token.ts';
import { TokenScopes } from '../tokens/token-scopes.ts';
import { federatedFacts } from '../sign-ins/sign-in-facts.ts';
import { clockToleranceSeconds, ReadAssertion, refuse, type AssertionClaims } from './read-assertion.ts';
import { RecognizeSubject } from './recognize-subject.ts';
import type { TrustedIssuerEntity } from './trusted-issuer.entity.ts';

export const assertionGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

interface Params {
  assertion?: string;
  resource?: string;
  scope?: string;
}
type Context = TokenEndpointGrantContext<Params>;

/** Access without a page of ours: an identity provider that the organization trusts vouches for a member towards one client (ID-JAG). */
@Injectable()
export class AssertionGrant {
  constructor(
    private readonly assertions: ReadAssertion,
    private readonly subjects: RecognizeSubject,
    private readonly resources: Resources,
    private readonly standings: Standings,
    private readonly scopes: TokenScopes,
    private readonly signer: SignAccessToken,
    private readonly unitOfWork: UnitOfWork,
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  install(provider: GuardedKoa): void {
    provider.registerGrantType(assertionGrant, this.handle, ['assertion', 'resource', 'scope']);
    // What a registration says of this grant decides nothing (AS-21): the list of the trusted issuer does, below.
    const { grantTypeAllowed } = provider.Client.prototype;
    Object.defineProperty(provider.Client.prototype, 'grantTypeAllowed', {
      value(this: InstanceType<typeof provider.Client>, type: string): boolean {
        return type === assertionGrant || grantTypeAllowed.call(this, type);
      },
    });
  }

  private readonly handle = async (ctx: Context): Promise<void> => {
    const { client, provider } = ctx.oidc;
    const proof = await validateDpop(provider, ctx);
    checkDpopRequired(provider, ctx, proof);
    const org = await this.orgOf(client);
    try {
      await this.accept(ctx, org, proof);
    } catch (error) {
      if (error instanceof errors.OIDCProviderError && error.statusCode < 500) await this.recordRefusal(org, client.clientId, error);
      throw error;
    }
  };

  private async accept(ctx: Context, org: string, proof: Awaited<ReturnType<typeof validateDpop>>): Promise<void> {
    const { client, params, provider } = ctx.oidc;
    if (params.assertion === undefined) throw new errors.InvalidRequest('assertion is required');
    const { issuer, claims } = await this.assertions.run(params.assertion, { id: client.clientId, org });
    const resource = await this.resourceOf(claims, params.resource);
    await checkDpopReplay(provider, ctx, proof, client.clientId);
    // Before anything is looked at: an epoch that comes meanwhile must find the token older than itself.
    const now = this.clock.nowSeconds();
    const { grantId, userId, scopes, expiresIn } = await this.unitOfWork.transaction((manager) =>
      this.unitOfWork.orNothing(() => this.authorize(manager, { issuer, claims, resource, asked: params.scope, client })),
    );
    const token = await this.signer.run({
      sub: userId, org, gid: grantId, aud: resource.resource, client_id: client.clientId, scope: scopes.join(' '), jti: randomUUID(), iat: now, exp: now + expiresIn,
      ...(proof === undefined ? {} : { cnf: { jkt: proof.thumbprint } }),
    });
    // AS-81: no refresh token. Whoever wants to go on asks the identity provider, which may have changed its mind.
    ctx.body = buildTokenResponse(provider, { accessToken: token, tokenType: proof === undefined ? 'Bearer' : 'DPoP', expiresIn, scope: scopes.join(' ') });
  }

  /** The client has proven who it is, so that the line is its organization's. Of the assertion, which nobody may have signed, there is nothing in it. */
  private async recordRefusal(org: string, clientId: string, { error, error_detail: detail, error_description: words }: InstanceType<typeof errors.OIDCProviderError>): Promise<void> {
    const details = { reason: cleaned(detail ?? words ?? error) };
    await recordAudit(this.dataSource.manager, { org, actor: clientReference(clientId), action: 'assertion.refused', outcome: 'refused', code: error, details });
  }

  /** A client that an organization registered, and that has proven who it is: `client_id` in an assertion is worth no more than that proof. */
  private async orgOf({ clientId, clientAuthMethod }: Context['oidc']['client']): Promise<string> {
    const row = clientAuthMethod === 'none' ? null : await this.dataSource.manager.findOneBy(ClientEntity, { id: clientId, origin: 'registered', deletedAt: IsNull() });
    if (row?.org === undefined || row.org === null) throw new errors.UnauthorizedClient('this client may not present assertions');
    return row.org;
  }

  private async resourceOf({ resource: named }: AssertionClaims, asked: string | undefined): Promise<Resource> {
    const resource = await this.resources.find(named);
    if (resource === null || (asked !== undefined && asked !== resource.resource)) throw new errors.InvalidTarget('the assertion is for no resource here, or for another one');
    return resource;
  }

  /** The use of the assertion, the authorization that comes of it and its line in the log: all of it or nothing. */
  private async authorize(manager: EntityManager, request: { issuer: TrustedIssuerEntity; claims: AssertionClaims; resource: Resource; asked: string | undefined; client: Context['oidc']['client'] }) {
    const { issuer, claims, resource, asked, client } = request;
    await this.useUp(manager, issuer, claims);
    const userId = await this.subjects.run(manager, issuer, claims);
    const grantId = randomBytes(32).toString('base64url');
    const life = this.env.LATCHKEY_ACCESS_TOKEN_TTL_SECONDS;
    const signedInAt = new Date((claims.auth_time ?? claims.iat) * 1000);
    const { amr } = federatedFacts({ provider: issuer.id, severalFactors: claims.amr?.includes('mfa') === true, reach: issuer.org, signedInAt });
    await manager.insert(AuthorizationEntity, {
      grantId, userId, clientId: client.clientId, clientName: client.clientName ?? null, org: issuer.org, resource: resource.resource, redirect: null, scopes: [], origin: 'assertion',
      issuerId: issuer.id, sessionUid: null, amr: [...amr], signedInAt, expiresAt: new Date(this.clock.nowMs() + (life + 60) * 1000),
    });
    // The same gate as for every token: user, organization, membership, and what the organization demands.
    const { policy } = await this.standings.require(grantId);
    const scopes = await this.scopesFor({ userId, org: issuer.org }, request, asked);
    await manager.update(AuthorizationEntity, { grantId }, { scopes });
    const details = { user: userId, issuer: issuer.id, grant: grantId, resource: cleaned(resource.resource), scopes };
    await recordAudit(manager, { org: issuer.org, actor: clientReference(client.clientId), action: 'assertion.accepted', target: { kind: 'user', id: userId }, details });
    return { grantId, userId, scopes, expiresIn: withinPolicy(life, policy.accessTokenTtlSeconds) };
  }

  /** Once (AS-80): kept until it is too old by any clock that is believed. */
  private async useUp(manager: EntityManager, { id }: TrustedIssuerEntity, { jti, exp }: AssertionClaims): Promise<void> {
    const rows = await manager.query<unknown[]>(
      `WITH used AS (
         INSERT INTO used_assertions (issuer_id, jti_hash, expires_at) VALUES ($1, $2, to_timestamp($3)) ON CONFLICT DO NOTHING RETURNING 1
       ) SELECT 1 FROM used`,
      [id, createHash('sha256').update(jti).digest(), exp + 2 * clockToleranceSeconds],
    );
    if (rows.length === 0) throw refuse('the assertion was used before');
  }

  private async scopesFor(standing: { userId: string; org: string }, { claims, resource, client }: { claims: AssertionClaims; resource: Resource; client: Context['oidc']['client'] }, asked: string | undefined): Promise<Scope[]> {
    const allowed = await this.scopes.find(standing, resource, client);
    const within = [claims.scope, asked].map((text) => (text === undefined ? null : withImplied(text.split(' ') as Scope[])));
    const given = allowed.filter((scope) => within.every((names) => names?.has(scope) ?? true));
    // Without any word on scopes, what the resource means by none (AS-33).
    const scopes = within.every((names) => names === null) ? given.filter((scope) => resource.defaultScopes.includes(scope)) : given;
    if (scopes.length === 0) throw new errors.InvalidScope('nothing of the scope is left at this resource', asked ?? '');
    return scopes;
  }
}
