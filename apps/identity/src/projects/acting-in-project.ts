import type { IdentityAssertionClaims, Scope } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { projectRoleOf, roleScopes } from '@latchkey/access';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { ActingMember } from '../organizations/acting-member.ts';
import type { Acting } from '../organizations/acting.ts';
import { knownSlug } from '../organizations/known-slug.ts';
import { liveProject } from '../organizations/project.entity.ts';

/** Who acts in one project, which is not there for those who have no role in it. */
@Injectable()
export class ActingInProject {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `insufficient_role` where the role in the project does not carry the scope */
  async run(caller: IdentityAssertionClaims, scope: Scope, project: string): Promise<Acting & { project: string }> {
    const acting = await this.actingMember.acting(caller, scope);
    const slug = knownSlug(project);
    const exists = await liveProject(this.dataSource.manager, acting.member.org, slug);
    if (!exists || projectRoleOf(acting.member, slug) === null) throw new Problem('not_found', { detail: 'There is no such project.' });
    if (!roleScopes(acting.member, slug).has(scope)) throw new Problem('insufficient_role');
    return { ...acting, project: slug };
  }
}
