import type { IdentityAssertionClaims, Member, WithinOrgQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';
import { ActingMember } from './acting-member.ts';
import { MemberEntity, ProjectMemberEntity } from './member.entity.ts';
import { pageOf } from './page.ts';

/** The members of an organization. */
@Injectable()
export class ListMembers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  async run(caller: IdentityAssertionClaims, query: WithinOrgQuery): Promise<{ items: Member[]; nextCursor: string | null }> {
    const { org } = await this.actingMember.run(caller, 'org:read', query.org);
    const manager = this.dataSource.manager;
    const members = manager.createQueryBuilder(MemberEntity, 'row').where('row.org = :org AND row.removedAt IS NULL', { org });
    const { rows, nextCursor } = await pageOf(members, { key: 'row.userId', ...query });
    const ids = rows.map((row) => row.userId);
    const users = new Map((await manager.findBy(UserEntity, { id: In(ids) })).map((user) => [user.id, user]));
    const roles = await manager.findBy(ProjectMemberEntity, { org, userId: In(ids) });
    const items = rows.map((row) => ({
      user: row.userId,
      email: users.get(row.userId)?.email ?? '',
      name: users.get(row.userId)?.name ?? '',
      org,
      role: row.role,
      projects: Object.fromEntries(roles.filter((role) => role.userId === row.userId).map((role) => [role.project, role.role])),
      createdAt: row.createdAt.toISOString(),
    }));
    return { items, nextCursor };
  }
}
