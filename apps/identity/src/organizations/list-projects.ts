import type { IdentityAssertionClaims, Project, WithinOrgQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { projectRoleOf } from '@latchkey/access';
import { DataSource } from 'typeorm';
import { ActingMember } from './acting-member.ts';
import { pageOf } from './page.ts';
import { ProjectEntity } from './project.entity.ts';

/** The projects of an organization, with what the caller is in each. */
@Injectable()
export class ListProjects {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  async run(caller: IdentityAssertionClaims, query: WithinOrgQuery): Promise<{ items: Project[]; nextCursor: string | null }> {
    const member = await this.actingMember.run(caller, 'org:read', query.org);
    const projects = this.dataSource.manager.createQueryBuilder(ProjectEntity, 'row').where('row.org = :org AND row.deletedAt IS NULL', { org: member.org });
    const { rows, nextCursor } = await pageOf(projects, { key: 'row.slug', ...query });
    const items = rows.map(({ org, slug, name, createdAt }) => {
      const role = projectRoleOf(member, slug);
      return { org, slug, name, ...(role === null ? {} : { role }), createdAt: createdAt.toISOString() };
    });
    return { items, nextCursor };
  }
}
