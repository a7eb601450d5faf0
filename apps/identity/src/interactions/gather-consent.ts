import { openidScopes, sensitiveScopes } from '@latchkey/contracts';
import { parseScopes } from '@latchkey/oauth';
import { Injectable } from '@nestjs/common';
import { FindAccount } from '../accounts/find-account.ts';
import { JoinByDomain } from '../domains/join-by-domain.ts';
import { Consents } from '../grants/consents.ts';
import { FindRole, type Membership } from '../organizations/find-role.ts';
import { Resources } from '../provider/resources.ts';
import { reachOf, type SignInFacts } from '../sign-ins/sign-in-facts.ts';
import type { ClientFacts } from './client-facts.ts';
import { organizationChoices, preselected, type ConsentView } from './consent-view.ts';
import { JudgeChoices } from './judge-choices.ts';
import { scopesWithin } from './project-choice.ts';

/** With who is asked, and how and when they signed in. */
export type SignedInConsentView = ConsentView & { userId: string; signIn: SignInFacts };

export interface AskedConsent {
  client: ClientFacts & { isWeb: boolean };
  userId: string;
  signIn: SignInFacts;
  /** Parameters of the authorization request. */
  params: { scope?: unknown; resource?: unknown };
}

/** What there is to say about an authorization request before it is allowed, and whether it has been allowed before. */
@Injectable()
export class GatherConsent {
  constructor(
    private readonly findAccount: FindAccount,
    private readonly joinByDomain: JoinByDomain,
    private readonly findRole: FindRole,
    private readonly resources: Resources,
    private readonly consents: Consents,
    private readonly judgeChoices: JudgeChoices,
  ) {}

  /** @returns null when the account or the resource is gone */
  async run({ client, userId, signIn, params }: AskedConsent): Promise<SignedInConsentView | null> {
    const user = await this.findAccount.row(userId);
    const found = typeof params.resource === 'string' ? await this.resources.find(params.resource) : null;
    if (user === null || (found === null && typeof params.resource === 'string')) return null;
    const resource = found === null ? null : { url: found.resource, name: found.name, server: found.server };
    const scope = typeof params.scope === 'string' ? params.scope : '';
    const requested = resource === null ? [] : parseScopes(scope);
    const oidcScopes = openidScopes.filter((name) => scope.split(' ').includes(name));
    await this.joinByDomain.run(user);
    const choices = organizationChoices(await this.within(signIn, user.id), resource, requested);
    const organizations = await this.judgeChoices.run(client, resource?.url ?? null, choices);
    const remembered = await this.consents.find({ userId, clientId: client.id, redirect: client.redirectClass, resource: resource?.url ?? null });
    // RFC 8252 section 8.6: who answers on a loopback port or to an app's link is anybody's guess, so a person looks each time. What
    // administers Latchkey itself is looked at each time too.
    const lasts = client.isWeb && client.redirectClass.startsWith('https://') && !requested.some((name) => sensitiveScopes.includes(name));
    const choice = organizations.find(({ slug }) => slug === remembered?.org);
    // A role that was lost in all of the chosen projects leaves nothing that could be had without asking.
    const there = choice === undefined ? [] : scopesWithin(choice, remembered?.projects ?? null);
    const now = [...oidcScopes, ...there];
    const covered = remembered !== null && now.every((name) => remembered.scopes.includes(name)) && (resource === null || there.length > 0);
    return {
      client,
      resource,
      userId: user.id,
      signIn,
      email: user.email,
      requested,
      oidcScopes,
      organizations,
      organization: choice !== undefined && choice.scopes.length > 0 ? choice.slug : preselected(organizations),
      remembered: covered ? { org: remembered.org, projects: remembered.projects, at: remembered.at } : null,
      keptTo: (remembered?.projects ?? []).map((slug) => `${remembered?.org}/${slug}`),
      lasts,
    };
  }
  /** Whoever vouches in one organization only does not get to know of the others. */
  private async within(signIn: SignInFacts, userId: string): Promise<Membership[]> {
    const [reach, memberships] = [reachOf(signIn), await this.findRole.memberships(userId)];
    return reach === null ? memberships : memberships.filter(({ org }) => org === reach);
  }
}
