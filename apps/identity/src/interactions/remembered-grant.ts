import { Injectable } from '@nestjs/common';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { FindDemand } from '../sign-ins/find-demand.ts';
import { clientFacts } from './client-facts.ts';
import { GatherConsent } from './gather-consent.ts';
import { GrantConsent } from './grant-consent.ts';

type Grant = InstanceType<Provider['Grant']>;

/** Answers an authorization request by the yes of an earlier time: with a new grant, and without a page (I5). */
@Injectable()
export class RememberedGrant {
  constructor(
    private readonly gatherConsent: GatherConsent,
    private readonly grantConsent: GrantConsent,
    private readonly findDemand: FindDemand,
  ) {}

  /** @returns undefined where a person has to be asked */
  async find(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
    const { client, params = {}, session, provider } = ctx.oidc;
    const userId = session?.accountId;
    if (client === undefined || userId === undefined || asksForPerson(ctx)) return undefined;
    const redirectUri = typeof params.redirect_uri === 'string' ? params.redirect_uri : '';
    const facts = { ...clientFacts(client, redirectUri), isWeb: client.applicationType === 'web' };
    const signIn = { amr: session?.amr ?? [], signedInAt: new Date((session?.loginTs ?? 0) * 1000) };
    const view = await this.gatherConsent.run({ client: facts, userId, signIn, params });
    if (view?.lasts !== true || view.remembered === null || view.remembered === undefined) return undefined;
    if ((await this.findDemand.of(view.remembered.org, signIn)) !== null) return undefined;
    return this.grantConsent.run(provider, view, { org: view.remembered.org, projects: view.remembered.projects, origin: 'remembered', sessionUid: session?.uid ?? null });
  }
}

/** Whether the engine is about to show a page in any case; a grant made now would belong to nothing. */
function asksForPerson(ctx: KoaContextWithOIDC): boolean {
  const { prompts, params = {}, session, entities, result } = ctx.oidc;
  // A device is allowed by a person who compares codes, each time.
  if (ctx.oidc.route !== 'authorization' && ctx.oidc.route !== 'resume') return true;
  if (result?.consent !== undefined) return true;
  if (['login', 'consent', 'select_account'].some((prompt) => prompts.has(prompt) && ctx.oidc.promptPending(prompt))) return true;
  if (params.max_age !== undefined && session?.past(Number(params.max_age)) === true && result?.login === undefined) return true;
  const hint = (entities.IdTokenHint as { payload?: { sub?: unknown } } | undefined)?.payload;
  return hint !== undefined && hint.sub !== session?.accountId;
}
