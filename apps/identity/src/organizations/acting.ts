import { projectRoleOf } from '@latchkey/access';
import { orgRoles, projectRoles } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { In, IsNull, type EntityManager } from 'typeorm';
import type { AuditAuthor } from '../audit/record-audit.ts';
import type { Membership } from './find-role.ts';
import { MemberEntity, ProjectMemberEntity } from './member.entity.ts';

/** Somebody who does something in an organization: through the management API or in the console. */
export interface Acting {
  userId: string;
  /** What they are there, as far as the credential that they use may show it. */
  member: Membership;
  by: AuditAuthor;
}

/**
 * Asks again, under the lock of the organization, whether whoever acts is still what they were when they came in: two administrators
 * who dismiss each other at the same moment must not both succeed.
 * @param projects  those in which it happens, of somebody who may act by a role in these
 * @throws Problem `insufficient_role`
 */
export async function requireStanding(manager: EntityManager, { userId, member }: Acting, projects: readonly string[] = []): Promise<void> {
  const row = await manager.findOneBy(MemberEntity, { userId, org: member.org, removedAt: IsNull() });
  if (row === null || orgRoles.indexOf(row.role) > orgRoles.indexOf(member.role)) throw changed();
  if (row.role !== 'member' || projects.length === 0) return;
  const rows = await manager.findBy(ProjectMemberEntity, { userId, org: member.org, project: In([...projects]) });
  for (const project of projects) {
    const [before, now] = [projectRoleOf(member, project), rows.find((role) => role.project === project)?.role];
    if (before !== null && (now === undefined || projectRoles.indexOf(now) > projectRoles.indexOf(before))) throw changed();
  }
}

const changed = (): Problem => new Problem('insufficient_role', { detail: 'Your role has just changed.' });
