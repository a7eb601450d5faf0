import { Injectable } from '@nestjs/common';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { IsNull, DataSource } from 'typeorm';
import type GuardedKoa from 'oidc-provider';
import { ClientEntity } from '../clients/client.entity.ts';
import { AccessTokens } from './access-tokens.ts';

type Failure = InstanceType<typeof errors.OIDCProviderError>;

/**
 * Answers for JWT access tokens at revocation and introspection. The engine refuses every JWT there; it is let to authenticate the
 * client first, and exactly this refusal is then turned into the answer (AS-60). The error decides, and never the presence of a
 * client: that is set even when its authentication failed.
 */
@Injectable()
export class StructuredTokens {
  private readonly refused = new WeakSet<object>();

  constructor(
    private readonly tokens: AccessTokens,
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
      if (!this.refused.has(ctx.req)) return;
      const answer = ctx as unknown as KoaContextWithOIDC;
      if (answer.oidc.route === 'revocation') await this.revoke(answer);
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

  /** Asking about others' tokens is for our own resource servers only: clients that we made privileged, and that are no tenant's machines. */
  mayIntrospect(clientId: string): Promise<boolean> {
    return this.dataSource.manager.existsBy(ClientEntity, { id: clientId, privileged: true, org: IsNull(), deletedAt: IsNull() });
  }
}

const presented = (ctx: KoaContextWithOIDC): string => (typeof ctx.oidc.params?.token === 'string' ? ctx.oidc.params.token : '');
