import type { IdentityAssertionClaims, Project } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull } from 'typeorm';
import { ActingMember } from '../organizations/acting-member.ts';
import { knownSlug } from '../organizations/known-slug.ts';
import { ProjectEntity } from '../organizations/project.entity.ts';
import { presentProject } from './present-project.ts';

/** One project of the organization that the credential was issued for. */
@Injectable()
export class ShowProject {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found` */
  async run(caller: IdentityAssertionClaims, slug: string): Promise<Project> {
    const member = await this.actingMember.run(caller, 'org:read');
    const row = await this.dataSource.manager.findOneBy(ProjectEntity, { org: member.org, slug: knownSlug(slug), deletedAt: IsNull() });
    if (row === null) throw new Problem('not_found');
    return presentProject(row, member);
  }
}
