import type { IdentityAssertionClaims, ListMembersQuery, Member } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { ActingMember } from './acting-member.ts';
import { MemberEntity } from './member.entity.ts';
import { pageOf } from './page.ts';
import { presentMembers } from './present-members.ts';
import { liveProject } from './project.entity.ts';

/** `%` and `_` as the letters that they are. */
const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/** The members of an organization. */
@Injectable()
export class ListMembers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  async run(caller: IdentityAssertionClaims, query: ListMembersQuery): Promise<{ items: Member[]; nextCursor: string | null }> {
    const { org } = await this.actingMember.run(caller, 'org:read', query.org);
    return this.of(org, query);
  }

  /** @throws Problem `not_found` for a project that there is none */
  async of(org: string, { role, project, q, limit, cursor }: Omit<ListMembersQuery, 'org'>): Promise<{ items: Member[]; nextCursor: string | null }> {
    const manager = this.dataSource.manager;
    const members = manager.createQueryBuilder(MemberEntity, 'row').where('row.org = :org AND row.removedAt IS NULL', { org });
    if (role !== undefined) members.andWhere('row.role = :role', { role });
    if (project !== undefined) {
      if (!(await liveProject(manager, org, project))) throw new Problem('not_found', { detail: 'There is no such project.' });
      const works = "(row.role <> 'member' OR EXISTS (SELECT 1 FROM project_members p WHERE p.user_id = row.userId AND p.org = row.org AND p.project = :project))";
      members.andWhere(works, { project });
    }
    if (q !== undefined) {
      members.andWhere('EXISTS (SELECT 1 FROM users u WHERE u.id = row.userId AND (u.email ILIKE :q OR u.name ILIKE :q))', { q: containing(q) });
    }
    const { rows, nextCursor } = await pageOf(members, { key: 'row.userId', limit, cursor });
    return { items: await presentMembers(manager, org, rows), nextCursor };
  }
}
