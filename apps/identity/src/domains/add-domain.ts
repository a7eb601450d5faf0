import { randomBytes } from 'node:crypto';
import type { AddDomain as Input, Domain } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from '../organizations/acting.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { claimableDomain } from './domain-name.ts';
import { DomainEntity } from './domain.entity.ts';
import { presentDomain } from './present-domain.ts';

const domainsAtMost = 100;

/** Notes that an organization says a domain is its own, and how it can prove that. It is worth nothing until then. */
@Injectable()
export class AddDomain {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `insufficient_role`, `invalid_request`, `conflict` for one that the organization has already */
  async run(acting: Acting, input: Input): Promise<Domain> {
    const { member, by } = acting;
    const org = administratedOrg(member);
    const domain = claimableDomain(input.domain);
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      if (await manager.existsBy(DomainEntity, { org, domain })) throw new Problem('conflict', { detail: 'The organization has this domain already.' });
      if ((await manager.countBy(DomainEntity, { org })) >= domainsAtMost) throw new Problem('conflict', { detail: `An organization has at most ${domainsAtMost} domains.` });
      const challenge = `latchkey-verification=${randomBytes(24).toString('base64url')}`;
      const row = manager.create(DomainEntity, {
        org, domain, challenge, autoJoin: false, createdAt: new Date(this.clock.nowMs()), verifiedAt: null, checkedAt: null, lastOutcome: null, failingSince: null,
      });
      await manager.insert(DomainEntity, row);
      await recordAudit(manager, { ...by, org, action: 'domain.added', target: { kind: 'domain', id: domain } });
      return presentDomain(row);
    });
  }
}
