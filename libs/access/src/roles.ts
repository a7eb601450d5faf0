import { scopes, type ProjectRole, type Scope } from '@latchkey/contracts';
import type { Membership } from './subject.ts';

/** What every member may do, whatever the projects: see the organization, keep keys of one's own, and read what oneself did in the audit log. */
const memberScopes: readonly Scope[] = ['audit:read', 'keys:read', 'keys:write', 'org:read'];

const viewerScopes: readonly Scope[] = ['mcp:read', 'workflow:read', 'servers:read', 'webhooks:read', 'connections:read'];
/** Who may call may connect themselves with what they call; connections of the project are for its administrators, which the key service sees to. */
const contributorScopes: readonly Scope[] = [...viewerScopes, 'mcp:execute', 'workflow:run', 'connections:write'];

/**
 * What a role in a project adds. `org:admin` of an administrator of a project is for the project alone: who is what in it. All else that the
 * scope is for comes with the organization's own roles.
 */
const projectRoleScopes: Record<ProjectRole, readonly Scope[]> = {
  viewer: viewerScopes,
  contributor: contributorScopes,
  admin: [...contributorScopes, 'servers:write', 'webhooks:write', 'org:admin'],
};

/** Whether a role in a project carries a scope. */
export const projectRoleAllows = (role: ProjectRole, scope: Scope): boolean => projectRoleScopes[role].includes(scope);

/** What an organization is in itself, which its service keys act as: no owner, because it signs in nowhere, and administrator of all its projects. */
export const membershipOfOrg = (org: string): Membership & { epoch: null } => ({ org, role: 'admin', projects: {}, epoch: null });

/** Owners and administrators of an organization are administrators of every project in it. */
export function projectRoleOf(membership: Membership, project: string): ProjectRole | null {
  if (membership.role !== 'member') return 'admin';
  // Project names come from outside: `constructor` is a fine slug and no role.
  return Object.hasOwn(membership.projects, project) ? (membership.projects[project] ?? null) : null;
}

/**
 * The scopes that a membership stands for.
 * @param project  where; without it, anywhere in the organization
 */
export function roleScopes(membership: Membership | null, project?: string): Set<Scope> {
  if (membership === null) return new Set();
  if (membership.role !== 'member') return new Set(scopes);
  const roles = project === undefined ? Object.values(membership.projects) : [projectRoleOf(membership, project)];
  return new Set([...memberScopes, ...roles.flatMap((role) => (role === null ? [] : projectRoleScopes[role]))]);
}
