import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { OfferProviders } from '../federation/offer-providers.ts';
import type { PageAnswer } from '../pages/answer.ts';
import { StepUp } from '../sign-ins/step-up.ts';
import { consentPage } from './consent-page.ts';
import { FindConsentView } from './find-consent-view.ts';
import { OpenInteraction, type Interaction } from './open-interaction.ts';
import { signInPage } from './sign-in-page.ts';

/** The page that an interaction now waits at. */
@Injectable()
export class ShowInteraction {
  constructor(
    private readonly openInteraction: OpenInteraction,
    private readonly findConsentView: FindConsentView,
    private readonly offerProviders: OfferProviders,
    private readonly stepUp: StepUp,
  ) {}

  async run(interaction: Interaction, csrf: string, reply: FastifyReply, org?: unknown): Promise<PageAnswer> {
    if (interaction.prompt.name !== 'consent') return this.signIn(interaction, csrf, false, org);
    const view = await this.findConsentView.run(interaction);
    const { userId, signIn: facts, resource } = view;
    const usable = view.organizations.filter((choice) => choice.scopes.length > 0);
    // Where there is nothing to choose, what is demanded is asked for before the question and not after the answer.
    if (resource === null || usable.length === 1) {
      const org = resource === null ? null : (usable[0]?.slug ?? null);
      const first = await this.stepUp.run({ userId, facts, org, destination: `interaction:${interaction.uid}` }, reply);
      if (first !== null) return first;
    }
    const chosen = demandedOrg(interaction);
    return { status: 200, page: consentPage(view, { uid: interaction.uid, csrf, ...(chosen === null ? {} : { chosen }) }) };
  }

  /** @param switching  whoever is signed in would rather be somebody else */
  async signIn(interaction: Interaction, csrf: string, switching = false, org?: unknown): Promise<PageAnswer> {
    const { name } = await this.openInteraction.client(interaction);
    const hint = interaction.params.login_hint;
    const email = !switching && typeof hint === 'string' && hint.length <= 254 ? hint : undefined;
    return { status: 200, page: signInPage({ uid: interaction.uid, csrf, clientName: name, email, switching, otherWays: await this.offerProviders.toInteraction(interaction, org) }) };
  }
}

/** The organization that was chosen before it demanded more: it stands there again. */
function demandedOrg({ lastSubmission }: Interaction): string | null {
  const org = (lastSubmission as { org?: unknown } | undefined)?.org;
  return typeof org === 'string' ? org : null;
}
