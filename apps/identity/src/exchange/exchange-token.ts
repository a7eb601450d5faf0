import { randomUUID } from 'node:crypto';
import { actorsOf, type Scope } from '@latchkey/contracts';
import { WallClock } from '@latchkey/clock';
import { createRateLimiter, type RateLimiter, type Redis } from '@latchkey/ratelimit';
import { Inject, Injectable } from '@nestjs/common';
import { errors, Provider, type TokenEndpointGrantContext } from 'oidc-provider';
import { DataSource, IsNull } from 'typeorm';
import { addressKey } from '../accounts/address-key.ts';
import { cleaned } from '../audit/oauth-author.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { ClientEntity } from '../clients/client.entity.ts';
import { REDIS } from '../env.ts';
import { FindPolicy } from '../policies/find-policy.ts';
import { buildTokenResponse, checkDpopReplay, checkDpopRequired, validateDpop } from '../provider/engine-internals.ts';
import { peerAddress } from '../provider/peer-address.ts';
import { Resources, type Resource } from '../provider/resources.ts';
import { FindServer } from '../servers/find-server.ts';
import { SignAccessToken } from '../tokens/sign-access-token.ts';
import { TokenScopes } from '../tokens/token-scopes.ts';
import { agentClientId } from './agent-client.ts';
import { cutDown, type Cut, type Wanted } from './cut-down.ts';
import { ReadActor } from './read-actor.ts';
import { ReadSource } from './read-source.ts';
import { invalid, tooMany } from './refusals.ts';
import type { Actor, Source } from './source.ts';

const tokenTypes = { accessToken: 'urn:ietf:params:oauth:token-type:access_token', jwt: 'urn:ietf:params:oauth:token-type:jwt' };

/** The longest that an exchanged token lives (AS-83). */
const lifetimeSeconds = 300;
/** What the gateway reads of a token at most is more; a token that long is no token for a header. */
const maxTokenLength = 6000;
const failuresPerMinute = 60;

interface Params {
  subject_token?: string;
  subject_token_type?: string;
  actor_token?: string;
  actor_token_type?: string;
  requested_token_type?: string;
  resource?: string;
  audience?: string;
  scope?: string;
  tools?: string;
}
type Context = TokenEndpointGrantContext<Params>;

/** Token exchange (RFC 8693): whoever holds a token or a key may cut a smaller one from it, to hand to an agent. */
@Injectable()
export class ExchangeToken {
  static readonly params = ['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type', 'resource', 'audience', 'scope', 'tools'];
  private readonly failures: RateLimiter;

  constructor(
    private readonly sources: ReadSource,
    private readonly actors: ReadActor,
    private readonly resources: Resources,
    private readonly servers: FindServer,
    private readonly policies: FindPolicy,
    private readonly scopes: TokenScopes,
    private readonly signer: SignAccessToken,
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
    @Inject(REDIS) redis: Redis | undefined,
  ) {
    this.failures = createRateLimiter({ name: 'token-exchange-failures', limit: failuresPerMinute, windowSeconds: 60, redis });
  }

  readonly handle = async (ctx: Context): Promise<void> => {
    const proof = await validateDpop(ctx.oidc.provider, ctx);
    checkDpopRequired(ctx.oidc.provider, ctx, proof);
    const source = await this.sourceOf(ctx);
    try {
      await this.exchange(ctx, source, proof);
    } catch (error) {
      // Whoever holds a good token and asks for more than it has is worth a line.
      if (error instanceof errors.OIDCProviderError) await this.recordRefusal(source, error, ctx.oidc.client.clientId);
      throw error;
    }
  };

  private async exchange(ctx: Context, source: Source, proof: Awaited<ReturnType<typeof validateDpop>>): Promise<void> {
    const { client, params, provider } = ctx.oidc;
    await this.checkClient(client.clientId, source);
    checkBinding('subject', source, proof?.thumbprint);
    const actor = await this.actorFor(ctx, source);
    if (actor !== null) {
      await this.checkClient(client.clientId, actor);
      checkBinding('actor', actor, proof?.thumbprint);
    }
    await checkDpopReplay(provider, ctx, proof, client.clientId);
    const wanted = await this.wantedOf(params, source);
    const cut = cutDown(source, wanted);
    const to = { resource: wanted.resource.resource, clientId: client.clientId, thumbprint: proof?.thumbprint };
    const { token, jti, expiresIn } = await this.issue(source, actor, cut, to);
    await this.record(source, actor, cut, { jti, expiresIn, resource: wanted.resource.resource, clientId: client.clientId });
    ctx.body = buildTokenResponse(provider, {
      accessToken: token, issuedTokenType: tokenTypes.accessToken, tokenType: proof === undefined ? 'Bearer' : 'DPoP', expiresIn, scope: cut.scopes.join(' '),
    });
  }

  /** Guesses are counted by address, before anybody is asked about them and after they have proven wrong. */
  private async sourceOf(ctx: Context): Promise<Source> {
    const { subject_token: token, subject_token_type: type, actor_token: actor, actor_token_type: actorType, requested_token_type: wanted = tokenTypes.accessToken } = ctx.oidc.params;
    if (token === undefined || type === undefined) throw invalid('subject_token and subject_token_type are required');
    if (!Object.values(tokenTypes).includes(type)) throw invalid('this subject_token_type is not taken');
    if (!Object.values(tokenTypes).includes(wanted)) throw invalid('this requested_token_type is not given');
    // RFC 8693 section 2.1: the one needs the other.
    if ((actor === undefined) !== (actorType === undefined)) throw invalid('actor_token and actor_token_type come together');
    if (actorType !== undefined && !Object.values(tokenTypes).includes(actorType)) throw invalid('this actor_token_type is not taken');
    return this.counted(ctx, () => this.sources.run(token, peerAddress(ctx.req)));
  }

  /** RFC 8693 section 2.1: who asks in the name of the subject; null where the subject's own token is all there is. */
  private async actorFor(ctx: Context, source: Source): Promise<Actor | null> {
    const { actor_token: token } = ctx.oidc.params;
    if (token === undefined) return null;
    const actor = await this.counted(ctx, () => this.actors.run(token, peerAddress(ctx.req)));
    if (actor.org !== source.org) throw invalid('The actor token is not of the organization of the subject token.');
    if (actorsOf(actor.act).includes(source.subject)) throw invalid('Nobody acts for themselves.');
    return actor;
  }

  private async counted<T>(ctx: Context, read: () => Promise<T>): Promise<T> {
    const address = addressKey(peerAddress(ctx.req));
    if (!(await this.failures.consume(address, { cost: 0 })).allowed) throw tooMany('Too many tokens from here were not valid.');
    try {
      return await read();
    } catch (error) {
      if (error instanceof errors.InvalidRequest) await this.failures.consume(address);
      throw error;
    }
  }

  /** AS-21: the grant in a client's registration proves nothing. A client of an organization exchanges keys of that organization, and its own tokens. */
  private async checkClient(clientId: string, source: Pick<Source, 'org' | 'clientId'>): Promise<void> {
    if (clientId === agentClientId) return;
    const client = await this.dataSource.manager.findOneBy(ClientEntity, { id: clientId, privileged: true, deletedAt: IsNull() });
    if (client === null) throw new errors.UnauthorizedClient('this client may not exchange tokens');
    if (client.org !== source.org || (source.clientId !== null && source.clientId !== clientId)) throw invalid('The token is not one of this client.');
  }

  /** RFC 8693 section 2.1: `resource` is a URL, `audience` any name; ours are URLs, so they mean the same. */
  private async wantedOf({ resource, audience, scope, tools }: Params, source: Source): Promise<Wanted> {
    if (resource !== undefined && audience !== undefined && resource !== audience) throw new errors.InvalidTarget('only a single resource can be named');
    const named = resource ?? audience ?? source.audience;
    if (named === null) throw new errors.InvalidTarget('name the resource that the token is for');
    const found = await this.resources.find(named);
    if (found === null) throw new errors.InvalidTarget('the resource is not known here');
    const place = found.server === null ? null : await this.servers.bySlug(found.server.slug);
    if (found.server !== null && place === null) throw new errors.InvalidTarget('the resource is not known here');
    return { resource: { resource: found.resource, scopes: await this.scopesAt(found, source), place, takesTools: found.kind === 'server' }, scope, tools };
  }

  /** What an organization lets a client have may have become less since the token was given to it. */
  private async scopesAt(resource: Resource, { clientId, subject, org }: Source): Promise<readonly Scope[]> {
    if (clientId === null) return resource.scopes;
    return this.scopes.find({ userId: subject, org }, resource, (await Provider.ctx?.oidc?.provider.Client.find(clientId)) ?? { clientId });
  }

  private async issue(source: Source, actor: Actor | null, { scopes, projects, grants, tools }: Cut, to: { resource: string; clientId: string; thumbprint: string | undefined }) {
    const { accessTokenTtlSeconds } = await this.policies.of(source.org);
    const now = this.clock.nowSeconds();
    const left = Math.min(source.expiresAtSeconds ?? Infinity, actor?.expiresAtSeconds ?? Infinity) - now;
    const expiresIn = Math.floor(Math.min(lifetimeSeconds, accessTokenTtlSeconds ?? Infinity, left));
    const jti = randomUUID();
    const token = await this.signer.run({
      ...source.claims, sub: source.subject, org: source.org, aud: to.resource, client_id: to.clientId, scope: scopes.join(' '), jti, iat: now, exp: now + expiresIn,
      ...(actor === null ? {} : { act: actor.act }),
      ...(to.thumbprint === undefined ? {} : { cnf: { jkt: to.thumbprint } }),
      ...(projects ? { projects: [...projects] } : {}), ...(grants ? { grants: [...grants] } : {}), ...(tools ? { tools: [...tools] } : {}),
    });
    if (token.length > maxTokenLength) throw invalid('The subject token has more restrictions than a token can hold: name one MCP server as the resource.');
    return { token, jti, expiresIn };
  }

  private async recordRefusal({ org, subject, kind, id }: Source, { error, error_description: why }: InstanceType<typeof errors.OIDCProviderError>, clientId: string): Promise<void> {
    const by = { actor: { kind: 'user' as const, id: subject }, credential: { kind, id } };
    const details = { client: cleaned(clientId), ...(why === undefined ? {} : { reason: cleaned(why) }) };
    await recordAudit(this.dataSource.manager, { org, ...by, action: 'token_exchange.refused', outcome: 'refused', code: error, details });
  }

  private async record(source: Source, actor: Actor | null, { scopes, tools }: Cut, { jti, expiresIn, resource, clientId }: { jti: string; expiresIn: number; resource: string; clientId: string }): Promise<void> {
    await recordAudit(this.dataSource.manager, {
      org: source.org,
      actor: { kind: 'user', id: source.subject, ...(actor === null ? {} : { by: actorsOf(actor.act) }) },
      credential: { kind: source.kind, id: source.id },
      action: 'token.exchanged',
      target: { kind: 'access_token', id: jti },
      details: {
        resource: cleaned(resource), scopes, tools: tools?.slice(0, 50).map((entry) => entry.slice(0, 256)) ?? null, client: cleaned(clientId), expiresInSeconds: expiresIn,
        ...(actor === null ? {} : { actorCredential: `${actor.kind}:${actor.id}` }),
      },
    });
  }
}

/** Whoever stole a bound token must not be able to turn it into one that is bound to nothing, or to a key of the thief's. */
function checkBinding(role: 'subject' | 'actor', { thumbprint }: Pick<Source, 'thumbprint'>, proven: string | undefined): void {
  if (thumbprint !== null && thumbprint !== proven) throw invalid(`The ${role} token is bound to a key that this request does not prove.`);
}
