import type { DeletedDomain } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from '../organizations/acting.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { DomainEntity } from './domain.entity.ts';
import { lockDomain } from './lock-domain.ts';

/** Lets a domain go: another organization may prove it then. Who became a member by it stays one. */
@Injectable()
export class DeleteDomain {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `insufficient_role`, `not_found` */
  async run(acting: Acting, named: string): Promise<DeletedDomain> {
    const { member, by } = acting;
    const org = administratedOrg(member);
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const { domain, verifiedAt } = await lockDomain(manager, org, named);
      await manager.delete(DomainEntity, { org, domain });
      await recordAudit(manager, { ...by, org, action: 'domain.removed', target: { kind: 'domain', id: domain }, details: { verified: verifiedAt !== null } });
      return { domain, deletedAt: new Date(this.clock.nowMs()).toISOString() };
    });
  }
}
