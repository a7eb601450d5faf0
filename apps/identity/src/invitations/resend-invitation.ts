import type { Invitation } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from '../organizations/acting.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { requireRank } from '../organizations/member-rules.ts';
import { InvitationEntity } from './invitation.entity.ts';
import { invitationHash, invitationSeconds, newInvitationToken } from './invitation-token.ts';
import { lockInvitation } from './lock-invitation.ts';
import { presentInvitation } from './present-invitation.ts';
import { SendInvitation } from './send-invitation.ts';

/** Mails an invitation once more, with a new link for another week; the one before works no more. It is then from whoever sends it again. */
@Injectable()
export class ResendInvitation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sendInvitation: SendInvitation,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `insufficient_role`, `not_found`, `conflict` for one that was answered or revoked, `rate_limited` */
  async run(acting: Acting, id: string): Promise<Invitation> {
    const org = administratedOrg(acting.member);
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const row = await lockInvitation(manager, org, id);
      if (row.closedAs !== null) throw new Problem('conflict', { detail: `This invitation was ${row.closedAs}.` });
      requireRank(acting.member, { before: null, after: row.role, projects: Object.keys(row.projects) });
      await this.sendInvitation.admit(row);
      const token = newInvitationToken();
      const now = new Date(this.clock.nowMs());
      const renewed = { tokenHash: invitationHash(token), invitedBy: acting.userId, expiresAt: new Date(now.getTime() + invitationSeconds * 1000) };
      await manager.update(InvitationEntity, { id: row.id }, renewed);
      await this.sendInvitation.run(manager, { ...row, ...renewed }, token);
      await recordAudit(manager, { ...acting.by, org, action: 'invitation.resent', target: { kind: 'invitation', id: row.id }, details: { email: row.email } });
      return presentInvitation({ ...row, ...renewed }, now);
    });
  }
}
