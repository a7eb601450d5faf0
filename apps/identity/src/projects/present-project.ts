import type { Project } from '@latchkey/contracts';
import { projectRoleOf } from '@latchkey/access';
import type { Membership } from '../organizations/find-role.ts';
import type { ProjectEntity } from '../organizations/project.entity.ts';

/** A project as the API shows it to this member. */
export function presentProject({ org, slug, name, createdAt }: ProjectEntity, member: Membership): Project {
  const role = projectRoleOf(member, slug);
  return { org, slug, name, ...(role === null ? {} : { role }), createdAt: createdAt.toISOString() };
}
