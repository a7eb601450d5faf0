import type { Invitation } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from '../organizations/acting.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { InvitationEntity } from './invitation.entity.ts';
import { lockInvitation } from './lock-invitation.ts';
import { presentInvitation } from './present-invitation.ts';

/** Takes an invitation back; its link leads nowhere from then on. A second time changes nothing. */
@Injectable()
export class RevokeInvitation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `insufficient_role`, `not_found`, `conflict` for one that was answered */
  async run(acting: Acting, id: string): Promise<Invitation> {
    const { member, by } = acting;
    const org = administratedOrg(member);
    const now = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const row = await lockInvitation(manager, org, id);
      if (row.closedAs === 'revoked') return presentInvitation(row, now);
      if (row.closedAs !== null) throw new Problem('conflict', { detail: `This invitation was ${row.closedAs}.` });
      const closed = { closedAs: 'revoked', closedAt: now } as const;
      await manager.update(InvitationEntity, { id: row.id }, closed);
      await recordAudit(manager, { ...by, org, action: 'invitation.revoked', target: { kind: 'invitation', id: row.id }, details: { email: row.email } });
      return presentInvitation({ ...row, ...closed }, now);
    });
  }
}
