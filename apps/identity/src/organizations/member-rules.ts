import type { OrgRole } from '@latchkey/contracts';
import { projectRoleOf } from '@latchkey/access';
import { Problem } from '@latchkey/problem';
import type { Membership } from './find-role.ts';

export interface MemberChange {
  /** Null for somebody who is no member yet. */
  before: OrgRole | null;
  after: OrgRole;
  /** Projects in which a role is given or taken away. */
  projects: readonly string[];
}

const refuse = (detail: string): Problem => new Problem('insufficient_role', { detail });

/**
 * Nobody gives or takes what they do not have: owners touch everybody, administrators everybody but owners, and administrators of a
 * project the roles in that project alone.
 * @throws Problem `insufficient_role`
 */
export function requireRank(acting: Membership, { before, after, projects }: MemberChange): void {
  if (acting.role === 'owner') return;
  if (before === 'owner' || after === 'owner') throw refuse('Only an owner may make, change or remove an owner.');
  if (acting.role === 'admin') return;
  if (before !== after) throw refuse('Only an owner or administrator of the organization may do this.');
  const foreign = projects.find((project) => projectRoleOf(acting, project) !== 'admin');
  if (foreign !== undefined) throw refuse(`Only an administrator of the project ${foreign} may do this.`);
}
