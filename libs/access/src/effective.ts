import { scopes, type ProjectRole, type ResourceGrant, type Scope } from '@latchkey/contracts';
import { withImplied } from '@latchkey/oauth';
import { pathOf } from './grant-path.ts';
import { projectRoleOf, roleScopes } from './roles.ts';
import type { Credential, Membership } from './subject.ts';

/**
 * What is left of a credential's scopes after the owner's role was applied, implied ones spelled out, in the order of the contract:
 * the `scope` of the inward assertion.
 * @param membership  towards management APIs, what `narrowMembership` leaves of it
 * @param project  where; without it, anywhere in the organization: the service then checks the role in the project itself
 */
export function effectiveScopes(credentialScopes: readonly Scope[], membership: Membership | null, project?: string): Scope[] {
  const given = withImplied(credentialScopes);
  const allowed = roleScopes(membership, project);
  return scopes.filter((scope) => given.has(scope) && allowed.has(scope));
}

/**
 * The membership as far as a restricted credential may use it: the `roles` of the inward assertion towards management APIs, which know
 * nothing of the credential. Bound to projects or grants, a key of an owner acts as an administrator of these projects and not as an owner.
 * A tool list says which tools may be called and takes nothing from management.
 */
export function narrowMembership(credential: Credential, membership: Membership): Membership {
  const { projects, grants } = credential;
  if (projects === undefined || projects === null) {
    if (grants === undefined || grants === null || grants.some((grant) => ranksAs(grant, membership.org) === 'admin')) return membership;
  }
  // Whoever rules the whole organization has no list of projects: the credential's own names are all that can matter.
  const named = projects ?? (grants ?? []).flatMap((grant) => pathOf(grant)?.project ?? []);
  const candidates = new Set([...named, ...Object.keys(membership.projects)]);
  const roles: Record<string, ProjectRole> = {};
  for (const project of candidates) {
    if (projects?.includes(project) === false) continue;
    const role = weaker(projectRoleOf(membership, project), grantedRole(grants ?? null, membership.org, project));
    if (role !== null) roles[project] = role;
  }
  return { org: membership.org, role: 'member', projects: roles };
}

const ranks: readonly ProjectRole[] = ['viewer', 'contributor', 'admin'];

function weaker(one: ProjectRole | null, other: ProjectRole | null): ProjectRole | null {
  if (one === null || other === null) return null;
  return ranks.indexOf(one) < ranks.indexOf(other) ? one : other;
}

/** The strongest role that grants on this whole project, or on all of the organization, amount to. */
function grantedRole(grants: readonly ResourceGrant[] | null, org: string, project: string): ProjectRole | null {
  if (grants === null) return 'admin';
  let best: ProjectRole | null = null;
  for (const grant of grants) {
    const role = ranksAs(grant, org, project);
    if (role !== null && (best === null || ranks.indexOf(role) > ranks.indexOf(best))) best = role;
  }
  return best;
}

/** What a grant's actions amount to as a role; null where it does not reach the whole of the organization, or of the project. */
function ranksAs(grant: ResourceGrant, org: string, project?: string): ProjectRole | null {
  const path = pathOf(grant);
  if (path === null || path.org !== org || path.folder !== undefined || path.server !== undefined) return null;
  if (path.project !== undefined && path.project !== project) return null;
  if (!grant.actions.includes('write')) return 'viewer';
  return grant.actions.includes('delete') ? 'admin' : 'contributor';
}
