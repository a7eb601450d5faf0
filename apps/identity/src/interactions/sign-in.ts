import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Authenticate } from '../accounts/authenticate.ts';
import { KnownDevices } from '../accounts/known-devices.ts';
import { refusalWords } from '../accounts/refusal-words.ts';
import type { SignInForm } from '../accounts/sign-in-form.ts';
import { OfferProviders } from '../federation/offer-providers.ts';
import type { PageAnswer } from '../pages/answer.ts';
import { peerAddress } from '../provider/peer-address.ts';
import { AfterPassword } from '../sign-ins/after-password.ts';
import { OpenInteraction, type Interaction } from './open-interaction.ts';
import { signInPage } from './sign-in-page.ts';

/** Takes the sign-in form of an interaction. */
@Injectable()
export class SignIn {
  constructor(
    private readonly openInteraction: OpenInteraction,
    private readonly authenticate: Authenticate,
    private readonly knownDevices: KnownDevices,
    private readonly offerProviders: OfferProviders,
    private readonly afterPassword: AfterPassword,
  ) {}

  async run(interaction: Interaction, form: SignInForm, csrf: string, request: FastifyRequest, reply: FastifyReply): Promise<PageAnswer> {
    const { name } = await this.openInteraction.client(interaction);
    const { email, password } = form;
    const authentication = await this.authenticate.run({ email, password, address: peerAddress(request.raw), device: this.knownDevices.find(request, email) });
    if (authentication.outcome !== 'signed-in') {
      const { status, words, headers } = refusalWords(authentication);
      const switching = interaction.prompt.name === 'consent';
      const otherWays = await this.offerProviders.toInteraction(interaction);
      return { status, headers, page: signInPage({ uid: interaction.uid, csrf, clientName: name, email, error: words, switching, otherWays }) };
    }
    const facts = await this.afterPassword.run(authentication.userId, `interaction:${interaction.uid}`, reply);
    if ('redirect' in facts) return facts;
    this.knownDevices.remember(request, reply, email);
    // Nothing of an earlier submission is kept: it may have been somebody else's.
    const outcome = { login: { accountId: authentication.userId, remember: true, amr: [...facts.amr] } };
    return { redirect: await this.openInteraction.finish(request, reply, outcome, false) };
  }
}
