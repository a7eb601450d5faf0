import type { ChangeDomain as Change, Domain } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from '../organizations/acting.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { DomainEntity } from './domain.entity.ts';
import { lockDomain } from './lock-domain.ts';
import { presentDomain } from './present-domain.ts';

/** Switches whether people of a proven domain become members by signing in. */
@Injectable()
export class ChangeDomain {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Problem `insufficient_role`, `not_found`, `conflict` before the domain is proven */
  async run(acting: Acting, named: string, { autoJoin }: Change): Promise<Domain> {
    const { member, by } = acting;
    const org = administratedOrg(member);
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const row = await lockDomain(manager, org, named);
      if (autoJoin && row.verifiedAt === null) throw new Problem('conflict', { detail: 'The domain is not verified yet.' });
      await manager.update(DomainEntity, { org, domain: row.domain }, { autoJoin });
      const details = { auto_join_before: row.autoJoin, auto_join_after: autoJoin };
      await recordAudit(manager, { ...by, org, action: 'domain.changed', target: { kind: 'domain', id: row.domain }, details });
      return presentDomain({ ...row, autoJoin });
    });
  }
}
