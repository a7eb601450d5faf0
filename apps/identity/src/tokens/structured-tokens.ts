import { Injectable } from '@nestjs/common';
import { errors, type AccessToken, type Client, type ClientCredentials, type KoaContextWithOIDC, type RefreshToken } from 'oidc-provider';
import { IsNull, DataSource } from 'typeorm';
import type GuardedKoa from 'oidc-provider';
import { ClientEntity } from '../clients/client.entity.ts';
import { FindPat } from '../exchange/find-pat.ts';
import { Standings } from '../grants/standing.ts';
import { AccessTokens } from './access-tokens.ts';
import { introspectedPat } from './introspected-pat.ts';

type Failure = InstanceType<typeof errors.OIDCProviderError>;

/**
 * Answers for JWT access tokens at revocation and introspection. The engine refuses every JWT there; it is let to authenticate the
 * client first, and exactly this refusal is then turned into the answer (AS-60). The error decides, and never the presence of a
 * client: that is set even when its authentication failed. Of personal access tokens it knows nothing, so that whatever it does not know
 * is looked at once more (AS-62).
 */
@Injectable()
export class StructuredTokens {
  private readonly refused = new WeakSet<object>();

  constructor(
    private readonly tokens: AccessTokens,
    private readonly findPat: FindPat,
    private readonly standings: Standings,
    private readonly dataSource: DataSource,
  ) {}

  install(provider: GuardedKoa): void {
    const note = (ctx: KoaContextWithOIDC, error: Failure): void => {
      if (error instanceof errors.UnsupportedTokenType) this.refused.add(ctx.req);
    };
    provider.on('revocation.error', note);
    provider.on('introspection.error', note);
    provider.use(async (ctx, next) => {
      await next();
      const answer = ctx as unknown as KoaContextWithOIDC;
      if (!this.refused.has(ctx.req)) {
        if (isUnknown(answer)) await this.introspectPat(answer);
      } else if (answer.oidc.route === 'revocation') await this.revoke(answer);
      else await this.introspect(answer);
    });
  }

  /** RFC 7009 section 2.2: unknown and foreign tokens are answered 200, for nothing is left to do or to tell. */
  private async revoke(ctx: KoaContextWithOIDC): Promise<void> {
    const claims = await this.tokens.read(presented(ctx));
    if (claims !== null && claims.client_id === ctx.oidc.client?.clientId) await this.tokens.revoke(claims);
    ctx.status = 200;
    ctx.body = '';
  }

  private async introspect(ctx: KoaContextWithOIDC): Promise<void> {
    const client = ctx.oidc.client;
    const claims = client !== undefined && (await this.mayIntrospect(client.clientId)) ? await this.tokens.active(presented(ctx)) : null;
    ctx.status = 200;
    ctx.body = claims === null ? { active: false } : { active: true, token_type: claims.cnf === undefined ? 'Bearer' : 'DPoP', ...claims };
  }

  /** @throws TemporarilyUnavailable when the key service cannot be asked: that says nothing about the key */
  private async introspectPat(ctx: KoaContextWithOIDC): Promise<void> {
    const token = presented(ctx);
    const client = ctx.oidc.client;
    if (client === undefined || !this.findPat.looksLikeOne(token) || !(await this.mayIntrospect(client.clientId))) return;
    const found = await this.findPat.run(token, null);
    if (found !== null) ctx.body = introspectedPat(found.pat, ctx.oidc.provider.issuer);
  }

  /** What the engine knows is told of while the authorization stands behind it: the engine looks at neither users nor organizations. */
  async mayTell(client: Client, token: AccessToken | ClientCredentials | RefreshToken): Promise<boolean> {
    if (!(await this.mayIntrospect(client.clientId))) return false;
    return !('grantId' in token) || token.grantId === undefined || (await this.standings.find(token.grantId, token.sessionUid)) !== null;
  }

  /** Asking about others' tokens is for our own resource servers only: clients that we made privileged, and that are no tenant's machines. */
  mayIntrospect(clientId: string): Promise<boolean> {
    return this.dataSource.manager.existsBy(ClientEntity, { id: clientId, privileged: true, org: IsNull(), deletedAt: IsNull() });
  }
}

const presented = (ctx: KoaContextWithOIDC): string => (typeof ctx.oidc.params?.token === 'string' ? ctx.oidc.params.token : '');
const isUnknown = ({ oidc, status, body }: KoaContextWithOIDC): boolean =>
  oidc?.route === 'introspection' && status === 200 && (body as { active?: unknown } | undefined)?.active === false;
