import { parseScopes } from '@latchkey/oauth';
import { openidScopes } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { FindAccount } from '../accounts/find-account.ts';
import { FindRole } from '../organizations/find-role.ts';
import { Resources } from '../provider/resources.ts';
import type { SignInFacts } from '../sign-ins/sign-in-facts.ts';
import { organizationChoices, preselected, type ConsentView } from './consent-view.ts';
import { InteractionGone, OpenInteraction, type Interaction } from './open-interaction.ts';

/** With who is asked, and how and when they signed in. */
export type SignedInConsentView = ConsentView & { userId: string; signIn: SignInFacts };

/** Gathers what a user has to know before they allow something. */
@Injectable()
export class FindConsentView {
  constructor(
    private readonly openInteraction: OpenInteraction,
    private readonly findAccount: FindAccount,
    private readonly findRole: FindRole,
    private readonly resources: Resources,
  ) {}

  /** @throws InteractionGone when nobody is signed in, or client, server or account went away meanwhile */
  async run(interaction: Interaction): Promise<SignedInConsentView> {
    const client = await this.openInteraction.client(interaction);
    const user = await this.findAccount.user(interaction.session?.accountId ?? '');
    if (user === null) throw new InteractionGone();
    const resource = await this.resource(interaction.params.resource);
    const scope = typeof interaction.params.scope === 'string' ? interaction.params.scope : '';
    const requested = resource === null ? [] : parseScopes(scope);
    const organizations = organizationChoices(await this.findRole.memberships(user.id), resource, requested);
    return {
      client,
      resource,
      userId: user.id,
      signIn: await this.openInteraction.signIn(interaction),
      email: user.email,
      requested,
      oidcScopes: openidScopes.filter((name) => scope.split(' ').includes(name)),
      organizations,
      organization: preselected(organizations),
    };
  }

  private async resource(indicator: unknown): Promise<ConsentView['resource']> {
    if (typeof indicator !== 'string') return null;
    const found = await this.resources.find(indicator);
    if (found === null) throw new InteractionGone();
    return { url: found.resource, name: found.name, server: found.server };
  }
}
