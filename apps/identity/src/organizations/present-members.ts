import type { Member } from '@latchkey/contracts';
import { In, type EntityManager } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';
import { ProjectMemberEntity, type MemberEntity } from './member.entity.ts';

/** Members of one organization as the API shows them. */
export async function presentMembers(manager: EntityManager, org: string, rows: readonly MemberEntity[]): Promise<Member[]> {
  const ids = rows.map((row) => row.userId);
  const users = new Map((await manager.findBy(UserEntity, { id: In(ids) })).map((user) => [user.id, user]));
  const roles = await manager.findBy(ProjectMemberEntity, { org, userId: In(ids) });
  return rows.map((row) => ({
    user: row.userId,
    email: users.get(row.userId)?.email ?? '',
    name: users.get(row.userId)?.name ?? '',
    org,
    role: row.role,
    projects: Object.fromEntries(roles.filter((role) => role.userId === row.userId).map((role) => [role.project, role.role])),
    createdAt: row.createdAt.toISOString(),
  }));
}
