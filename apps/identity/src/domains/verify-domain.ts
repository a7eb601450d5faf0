import type { Domain } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { isUniqueViolation } from '@latchkey/postgres';
import { createRateLimiter, type RateLimiter, type Redis } from '@latchkey/ratelimit';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import { REDIS } from '../env.ts';
import type { Acting } from '../organizations/acting.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { CheckDomain } from './check-domain.ts';
import { normalizedDomain } from './domain-name.ts';
import { DomainEntity } from './domain.entity.ts';
import { lockDomain } from './lock-domain.ts';
import { presentDomain } from './present-domain.ts';

/** Looks at the DNS that an organization may have made for it in an hour. */
const looksPerHour = 60;

/** Looks for the proof that a domain is an organization's own. A "no" is an answer, and says what was found. */
@Injectable()
export class VerifyDomain {
  private readonly limiter: RateLimiter;

  constructor(
    private readonly dataSource: DataSource,
    private readonly checkDomain: CheckDomain,
    private readonly clock: WallClock,
    @Inject(REDIS) redis: Redis | undefined,
  ) {
    this.limiter = createRateLimiter({ name: 'domain-verify', limit: looksPerHour, windowSeconds: 3600, redis });
  }

  /** @throws Problem `insufficient_role`, `not_found`, `rate_limited`, `conflict` when another organization has proven the domain */
  async run(acting: Acting, named: string): Promise<Domain> {
    const { member, by } = acting;
    const org = administratedOrg(member);
    const domain = normalizedDomain(named);
    const known = domain === null ? null : await this.dataSource.manager.findOneBy(DomainEntity, { org, domain });
    if (known === null) throw new Problem('not_found');
    const { allowed, resetSeconds } = await this.limiter.consume(org);
    if (!allowed) throw new Problem('rate_limited', { detail: 'Too many looks at the DNS; try again later.', headers: { 'retry-after': String(resetSeconds) } });
    // No transaction is held open while others answer.
    const outcome = await this.checkDomain.run(known);
    const checkedAt = new Date(this.clock.nowMs());
    try {
      return await this.dataSource.transaction(async (manager) => {
        await holdStanding(manager, acting);
        const row = await lockDomain(manager, org, known.domain);
        // Removed and added anew meanwhile: what was found proves another claim.
        if (row.challenge !== known.challenge) throw new Problem('not_found');
        const proven = outcome === 'found' && row.verifiedAt === null;
        const failingSince = outcome === 'found' || row.verifiedAt === null ? null : (row.failingSince ?? checkedAt);
        const change = { checkedAt, lastOutcome: outcome, failingSince, ...(proven ? { verifiedAt: checkedAt } : {}) };
        await manager.update(DomainEntity, { org, domain: row.domain }, change);
        if (proven) await recordAudit(manager, { ...by, org, action: 'domain.verified', target: { kind: 'domain', id: row.domain } });
        return presentDomain({ ...row, ...change });
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new Problem('conflict', { detail: 'Another organization has proven this domain.', cause: error });
      throw error;
    }
  }
}
