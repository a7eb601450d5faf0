import type { Membership, OrgRole, ProjectRole } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { isUserId } from '../accounts/user-id.ts';

export type { Membership };

export interface RoleRow {
  org: string;
  name: string;
  role: OrgRole;
  projects: Record<string, ProjectRole> | null;
}

const select = `
  SELECT m.org, o.name, m.role,
    (SELECT jsonb_object_agg(p.project, p.role) FROM project_members p WHERE p.user_id = m.user_id AND p.org = m.org) AS projects
  FROM members m
  JOIN organizations o ON o.slug = m.org AND o.disabled_at IS NULL
  JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL
  WHERE m.user_id = $1 AND m.removed_at IS NULL`;

export const roleInOrg = { name: 'role-in-org', text: `${select} AND m.org = $2` };
export const rolesOf = { name: 'roles', text: `${select} ORDER BY m.org` };

const membership = ({ org, name, role, projects }: RoleRow): Membership => ({ org, name, role, projects: projects ?? {} });

/** What a user is where, from the tables themselves: the truth that the feed only repeats. Disabled users and organizations count as absent. */
@Injectable()
export class FindRole {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @returns null for everybody who is no member */
  async inOrg(userId: string, org: string): Promise<Membership | null> {
    if (!isUserId(userId)) return null;
    const rows = await this.unitOfWork.look<RoleRow>(roleInOrg, [userId, org]);
    return rows[0] === undefined ? null : membership(rows[0]);
  }

  /** All memberships of a user, by organization. */
  async memberships(userId: string): Promise<Membership[]> {
    if (!isUserId(userId)) return [];
    const rows = await this.unitOfWork.look<RoleRow>(rolesOf, [userId]);
    return rows.map(membership);
  }
}
