import { projectRoleOf } from '@latchkey/access';
import { orgRoles, projectRoles } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { In, IsNull, type EntityManager } from 'typeorm';
import { isUserId } from '../accounts/user-id.ts';
import type { AuditAuthor } from '../audit/record-audit.ts';
import type { Membership } from './find-role.ts';
import { machineRole } from './machine-role.ts';
import { MemberEntity, ProjectMemberEntity } from './member.entity.ts';

/** Somebody who does something in an organization: through the management API or in the console. */
export interface Acting {
  /** Of a person; a service key and a machine go by their own names (`machineRole`) */
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
  const now = isUserId(userId) ? await personNow(manager, { userId, org: member.org }, projects) : await machineRole(manager, userId, member.org);
  if (now === null || orgRoles.indexOf(now.role) > orgRoles.indexOf(member.role)) throw changed();
  for (const project of projects) {
    const [before, after] = [projectRoleOf(member, project), projectRoleOf({ ...now, org: member.org }, project)];
    if (before !== null && (after === null || projectRoles.indexOf(after) > projectRoles.indexOf(before))) throw changed();
  }
}

type Now = Pick<Membership, 'role' | 'projects'>;

async function personNow(manager: EntityManager, { userId, org }: { userId: string; org: string }, projects: readonly string[]): Promise<Now | null> {
  const row = await manager.findOneBy(MemberEntity, { userId, org, removedAt: IsNull() });
  if (row === null) return null;
  const rows = row.role !== 'member' || projects.length === 0 ? [] : await manager.findBy(ProjectMemberEntity, { userId, org, project: In([...projects]) });
  return { role: row.role, projects: Object.fromEntries(rows.map((given) => [given.project, given.role])) };
}

const changed = (): Problem => new Problem('insufficient_role', { detail: 'Your role has just changed.' });
