import { Injectable } from '@nestjs/common';
import { OfferProviders } from '../federation/offer-providers.ts';
import type { PageAnswer } from '../pages/answer.ts';
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
  ) {}

  async run(interaction: Interaction, csrf: string): Promise<PageAnswer> {
    if (interaction.prompt.name !== 'consent') return this.signIn(interaction, csrf);
    const view = await this.findConsentView.run(interaction);
    return { status: 200, page: consentPage(view, { uid: interaction.uid, csrf }) };
  }

  /** @param switching  whoever is signed in would rather be somebody else */
  async signIn(interaction: Interaction, csrf: string, switching = false): Promise<PageAnswer> {
    const { name } = await this.openInteraction.client(interaction);
    const hint = interaction.params.login_hint;
    const email = !switching && typeof hint === 'string' && hint.length <= 254 ? hint : undefined;
    return { status: 200, page: signInPage({ uid: interaction.uid, csrf, clientName: name, email, switching, providers: this.offerProviders.to(`interaction:${interaction.uid}`) }) };
  }
}
