import type { ChangedMember, ChangeMember as Change, ProjectRole } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { isUserId } from '../accounts/user-id.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { requireStanding, type Acting } from './acting.ts';
import { lockMemberships, memberRecord, requireAnOwner } from './member-record.ts';
import { requireRank } from './member-rules.ts';
import { MemberEntity, ProjectMemberEntity } from './member.entity.ts';
import { presentMembers } from './present-members.ts';
import { requireProjects } from './require-projects.ts';

type Roles = Record<string, ProjectRole>;

/** Roles as a log line names them. */
export const rolesInWords = (projects: Roles): string[] => Object.entries(projects).map(([project, role]) => `${project}:${role}`).sort().slice(0, 50);

/** Gives a member another role in the organization, or other roles in its projects, and tells the gateways. */
@Injectable()
export class ChangeMember {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Problem `not_found`, `insufficient_role`, `invalid_request` for a project that there is none, `conflict` for the last owner */
  async run(acting: Acting, userId: string, change: Change): Promise<ChangedMember> {
    const { org } = acting.member;
    if (!isUserId(userId)) throw new Problem('not_found');
    return this.dataSource.transaction(async (manager) => {
      await lockMemberships(manager, userId, org);
      await requireStanding(manager, acting, Object.keys(change.projects ?? {}));
      const row = await manager.findOneBy(MemberEntity, { userId, org, removedAt: IsNull() });
      if (row === null) throw new Problem('not_found');
      const before = row.role;
      const [was] = await presentMembers(manager, org, [row]);
      const wanted = Object.entries(change.projects ?? {});
      requireRank(acting.member, { before, after: change.role ?? before, projects: wanted.map(([project]) => project) });
      await requireProjects(manager, org, wanted.filter(([, role]) => role !== null).map(([project]) => project));

      row.role = change.role ?? before;
      await manager.update(MemberEntity, { userId, org }, { role: row.role });
      await changeProjectRoles(manager, { userId, org }, wanted);
      await requireAnOwner(manager, org);
      const record = await memberRecord(manager, userId);
      const consistency = consistencyOf(record, await stage(manager, record));
      const [now] = await presentMembers(manager, org, [row]);
      if (was === undefined || now === undefined) throw new Error('a member vanished under its lock');
      await recordAudit(manager, {
        ...acting.by,
        org,
        action: 'member.changed',
        target: { kind: 'user', id: userId },
        details: { role_before: before, role_after: row.role, projects_before: rolesInWords(was.projects), projects_after: rolesInWords(now.projects) },
      });
      return { ...now, consistency };
    });
  }
}

async function changeProjectRoles(manager: EntityManager, { userId, org }: { userId: string; org: string }, wanted: [string, ProjectRole | null][]): Promise<void> {
  for (const [project, role] of wanted) {
    if (role === null) await manager.delete(ProjectMemberEntity, { userId, org, project });
    else await manager.upsert(ProjectMemberEntity, { userId, org, project, role }, ['userId', 'org', 'project']);
  }
}
