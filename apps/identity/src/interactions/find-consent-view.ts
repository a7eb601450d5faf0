import { Injectable } from '@nestjs/common';
import { GatherConsent, type SignedInConsentView } from './gather-consent.ts';
import { OfferProjects } from './offer-projects.ts';
import { InteractionGone, OpenInteraction, type Interaction } from './open-interaction.ts';

/** Gathers what a user has to know before they allow something. */
@Injectable()
export class FindConsentView {
  constructor(
    private readonly openInteraction: OpenInteraction,
    private readonly gatherConsent: GatherConsent,
    private readonly offerProjects: OfferProjects,
  ) {}

  /** @throws InteractionGone when nobody is signed in, or client, server or account went away meanwhile */
  async run(interaction: Interaction): Promise<SignedInConsentView> {
    const client = await this.openInteraction.client(interaction);
    const signIn = await this.openInteraction.signIn(interaction);
    const view = await this.gatherConsent.run({ client, userId: interaction.session?.accountId ?? '', signIn, params: interaction.params });
    if (view === null) throw new InteractionGone();
    return this.offerProjects.run(view);
  }
}
