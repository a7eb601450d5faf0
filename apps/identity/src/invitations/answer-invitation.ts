import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';
import { bySession, recordAudit, type AuditAuthor } from '../audit/record-audit.ts';
import { AddMember } from '../organizations/add-member.ts';
import { lockMemberships } from '../organizations/member-record.ts';
import { requireRank } from '../organizations/member-rules.ts';
import { MemberEntity } from '../organizations/member.entity.ts';
import { liveProject } from '../organizations/project.entity.ts';
import { FindInvitation } from './find-invitation.ts';
import { InvitationEntity } from './invitation.entity.ts';

export type InvitationAnswer =
  | { outcome: 'joined'; org: string }
  | { outcome: 'declined' }
  | { outcome: 'gone' }
  /** Signed in with another address than the one that was invited, or with one that was never confirmed. */
  | { outcome: 'other_account'; email: string }
  | { outcome: 'unconfirmed' }
  | { outcome: 'member_already'; org: string };

/** Whoever declines need not be signed in, nor have an account. */
const byLink: AuditAuthor = { actor: { kind: 'anonymous', id: null }, credential: null };

/**
 * What somebody says to an invitation. To accept takes both the link and an account whose confirmed address is the one that was invited:
 * a link that was passed on lets nobody else in, and neither does an account that only claims the address.
 */
@Injectable()
export class AnswerInvitation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly findInvitation: FindInvitation,
    private readonly addMember: AddMember,
    private readonly clock: WallClock,
  ) {}

  async accept(userId: string, token: string): Promise<InvitationAnswer> {
    return this.dataSource.transaction(async (manager) => {
      const row = await this.findInvitation.lock(manager, token);
      if (row === null) return { outcome: 'gone' };
      const { org, role } = row;
      if (!(await lockedOrGone(manager, userId, org))) return { outcome: 'gone' };
      const user = await manager.findOneByOrFail(UserEntity, { id: userId });
      if (user.email !== row.email) return { outcome: 'other_account', email: row.email };
      if (!user.emailVerified) return { outcome: 'unconfirmed' };
      if (await manager.existsBy(MemberEntity, { userId, org, removedAt: IsNull() })) return { outcome: 'member_already', org };
      if (!(await senderStillMay(manager, row))) return { outcome: 'gone' };
      const projects: InvitationEntity['projects'] = {};
      for (const [project, given] of Object.entries(row.projects)) if (await liveProject(manager, org, project)) projects[project] = given;
      await this.addMember.run({ userId, org, role, projects }, manager, bySession(userId));
      await this.close(manager, row, 'accepted', bySession(userId));
      return { outcome: 'joined', org };
    });
  }

  async decline(userId: string | null, token: string): Promise<InvitationAnswer> {
    return this.dataSource.transaction(async (manager) => {
      const row = await this.findInvitation.lock(manager, token);
      if (row === null) return { outcome: 'gone' };
      await this.close(manager, row, 'declined', userId === null ? byLink : bySession(userId));
      return { outcome: 'declined' };
    });
  }

  private async close(manager: EntityManager, row: InvitationEntity, as: 'accepted' | 'declined', by: AuditAuthor): Promise<void> {
    await manager.update(InvitationEntity, { id: row.id }, { closedAs: as, closedAt: new Date(this.clock.nowMs()) });
    await recordAudit(manager, { ...by, org: row.org, action: `invitation.${as}`, target: { kind: 'invitation', id: row.id }, details: { email: row.email } });
  }
}

/** False where the organization was deleted meanwhile. */
async function lockedOrGone(manager: EntityManager, userId: string, org: string): Promise<boolean> {
  try {
    await lockMemberships(manager, userId, org);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_found') return false;
    throw error;
  }
}

/** An invitation is worth what whoever sent it may give: one that was left behind by an administrator who had to go lets nobody in. */
async function senderStillMay(manager: EntityManager, { org, role, projects, invitedBy }: InvitationEntity): Promise<boolean> {
  const sender = await manager.findOneBy(MemberEntity, { userId: invitedBy, org, removedAt: IsNull() });
  if (sender === null) return false;
  try {
    requireRank({ org, name: org, role: sender.role, projects: {} }, { before: null, after: role, projects: Object.keys(projects) });
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
