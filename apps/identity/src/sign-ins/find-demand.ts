import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { FindProvider } from '../federation/find-provider.ts';
import { readPolicy } from '../policies/policy-of.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { unmetDemand, type Demand } from './demands.ts';
import type { SignInFacts } from './sign-in-facts.ts';

export const demandsOf = {
  name: 'demands',
  text: `SELECT (SELECT p.policy FROM organization_policies p WHERE p.org = $1) AS policy,
      (SELECT array_agg(i.id::text) FROM identity_providers i JOIN organizations o ON o.slug = i.org AND o.disabled_at IS NULL
       WHERE i.org = $1 AND i.enabled) AS providers`,
};

/** What is missing for somebody who is signed in to act in an organization. */
@Injectable()
export class FindDemand {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly findProvider: FindProvider,
    private readonly clock: WallClock,
  ) {}

  /** @returns null when nothing is missing */
  async of(org: string | null, facts: SignInFacts): Promise<Demand | null> {
    const rows = await this.unitOfWork.look<{ policy: unknown; providers: string[] | null }>(demandsOf, [org]);
    const { policy = null, providers = null } = rows[0] ?? {};
    return unmetDemand(facts, { org, policy: readPolicy(policy), trusts: this.findProvider.trust(providers ?? []), nowMs: this.clock.nowMs() });
  }
}
