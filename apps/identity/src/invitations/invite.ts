import { randomUUID } from 'node:crypto';
import type { CreateInvitation, Invitation } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { isUniqueViolation } from '@latchkey/postgres';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull, LessThanOrEqual, type EntityManager } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from '../organizations/acting.ts';
import { rolesInWords } from '../organizations/change-member.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { requireRank } from '../organizations/member-rules.ts';
import { MemberEntity } from '../organizations/member.entity.ts';
import { requireProjects } from '../organizations/require-projects.ts';
import { InvitationEntity } from './invitation.entity.ts';
import { invitationHash, invitationSeconds, newInvitationToken } from './invitation-token.ts';
import { presentInvitation } from './present-invitation.ts';
import { SendInvitation } from './send-invitation.ts';

/** Asks somebody by mail to join an organization, whether or not they have an account yet. */
@Injectable()
export class Invite {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sendInvitation: SendInvitation,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `insufficient_role`, `invalid_request`, `conflict` for a member or who is invited already, `rate_limited` */
  async run(acting: Acting, { email, role, projects }: CreateInvitation): Promise<Invitation> {
    const { org } = acting.member;
    requireRank(acting.member, { before: null, after: role, projects: Object.keys(projects) });
    await this.sendInvitation.admit({ org, email });
    const now = new Date(this.clock.nowMs());
    const token = newInvitationToken();
    const expiresAt = new Date(now.getTime() + invitationSeconds * 1000);
    try {
      return await this.dataSource.transaction(async (manager) => {
        await holdStanding(manager, acting);
        await requireProjects(manager, org, Object.keys(projects));
        await refuseMember(manager, org, email);
        // One that has expired makes room for the next.
        await manager.update(InvitationEntity, { org, email, closedAs: IsNull(), expiresAt: LessThanOrEqual(now) }, { closedAs: 'revoked', closedAt: now });
        const row = manager.create(InvitationEntity, { id: randomUUID(), org, email, role, projects, tokenHash: invitationHash(token), invitedBy: acting.userId, createdAt: now, expiresAt, closedAs: null, closedAt: null });
        await manager.insert(InvitationEntity, row);
        await this.sendInvitation.run(manager, row, token);
        const details = { email, role, projects: rolesInWords(projects) };
        await recordAudit(manager, { ...acting.by, org, action: 'invitation.sent', target: { kind: 'invitation', id: row.id }, details });
        return presentInvitation(row, now);
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new Problem('conflict', { detail: 'There is an open invitation for this address; send it again instead.', cause: error });
      throw error;
    }
  }
}

async function refuseMember(manager: EntityManager, org: string, email: string): Promise<void> {
  const user = await manager.findOneBy(UserEntity, { email });
  if (user === null || !(await manager.existsBy(MemberEntity, { userId: user.id, org, removedAt: IsNull() }))) return;
  throw new Problem('conflict', { detail: 'Whoever has this address is a member already.' });
}
