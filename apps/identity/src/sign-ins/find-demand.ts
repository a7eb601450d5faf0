import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { FindProvider } from '../federation/find-provider.ts';
import { FindPolicy } from '../policies/find-policy.ts';
import { unmetDemand, type Demand } from './demands.ts';
import type { SignInFacts } from './sign-in-facts.ts';

/** What is missing for somebody who is signed in to act in an organization. */
@Injectable()
export class FindDemand {
  constructor(
    private readonly findPolicy: FindPolicy,
    private readonly findProvider: FindProvider,
    private readonly clock: WallClock,
  ) {}

  /** @returns null when nothing is missing */
  async of(org: string | null, facts: SignInFacts): Promise<Demand | null> {
    const own = org === null ? [] : (await this.findProvider.ofOrg(org)).map(({ key }) => key);
    return unmetDemand(facts, { org, policy: await this.findPolicy.of(org), trusts: this.findProvider.trust(own), nowMs: this.clock.nowMs() });
  }
}
