import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { FindProvider } from '../federation/find-provider.ts';
import { startLink } from '../federation/offer-providers.ts';
import type { PageAnswer } from '../pages/answer.ts';
import type { Html } from '../pages/html.ts';
import { CheckSecondFactor } from '../second-factor/check-second-factor.ts';
import { demandPage } from './demand-page.ts';
import type { Demand } from './demands.ts';
import { startPath, type Destination } from './destination.ts';
import { FindDemand } from './find-demand.ts';
import { mayChangeSignIn } from './fresh.ts';
import { isOnWordOfOrganization, type SignInFacts } from './sign-in-facts.ts';
import { PendingSignIns } from './pending-sign-ins.ts';

export interface Acting {
  userId: string;
  facts: SignInFacts;
  org: string | null;
  destination: Destination;
  /** What else the page may offer. */
  after?: Html;
}

/** Leads somebody who is signed in to what an organization demands beyond that. */
@Injectable()
export class StepUp {
  constructor(
    private readonly findDemand: FindDemand,
    private readonly findProvider: FindProvider,
    private readonly secondFactor: CheckSecondFactor,
    private readonly pendingSignIns: PendingSignIns,
  ) {}

  /** @returns null when they may go on */
  async run(acting: Acting, reply: FastifyReply): Promise<PageAnswer | null> {
    const demand = await this.findDemand.of(acting.org, acting.facts);
    if (demand === null) return null;
    return demand === 'second-factor' ? this.askForFactor(acting, reply) : this.page(demand, acting);
  }

  private async askForFactor(acting: Acting, reply: FastifyReply): Promise<PageAnswer> {
    const { userId, facts, org, destination } = acting;
    const enrolled = await this.secondFactor.enrolled(userId);
    // Whoever finds a browser that was left open, or vouches for others as they like, must not bind an app of their own to the account.
    if (!enrolled && !mayChangeSignIn(facts)) return this.page(isOnWordOfOrganization(facts) ? 'password' : 'again', acting);
    await this.pendingSignIns.start(reply, { destination, stage: enrolled ? 'second-factor' : 'enrol', userId, facts, org });
    return { redirect: enrolled ? '/sign-in/second-factor' : '/sign-in/enrol' };
  }

  private async page(demand: Exclude<Demand, 'second-factor'>, { org, destination, after }: Acting): Promise<PageAnswer> {
    const own = org === null ? [] : await this.findProvider.ofOrg(org);
    const providers = demand === 'password' ? [] : own.length > 0 ? own : this.findProvider.ofDeployment;
    const page = demandPage({
      demand,
      org,
      providers: providers.map((provider) => startLink(provider, destination, demand === 'again')),
      passwordPath: demand === 'federated' ? null : destination === 'console' ? '/console/sign-in' : `${startPath(destination)}/switch`,
      ...(after === undefined ? {} : { after }),
    });
    return { status: 403, page };
  }
}
