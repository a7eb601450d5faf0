import { narrowMembership, roleScopes } from '@latchkey/access';
import type { Scope } from '@latchkey/contracts';
import type { OrganizationChoice } from './consent-view.ts';

/** As many as a token has room for. */
export const maxProjects = 20;

/** What this makes is bound to no project: who is kept to some does not have it, or would not be kept. */
const unbound: Scope = 'keys:write';

/** What of the scopes is left in these projects; null: in all of the organization. */
export function scopesWithin({ scopes, membership }: Pick<OrganizationChoice, 'scopes' | 'membership'>, projects: readonly string[] | null): readonly Scope[] {
  if (projects === null) return scopes;
  const allowed = roleScopes(narrowMembership({ scopes, projects }, membership));
  return scopes.filter((scope) => allowed.has(scope) && scope !== unbound);
}

/** As the form sends it. */
export interface AskedProjects {
  reach: 'all' | 'some';
  /** `organization/project` */
  projects: readonly string[];
}

/** @returns what was chosen in an organization, or why that is no choice, in words */
export function projectsOf(choice: OrganizationChoice, { reach, projects }: AskedProjects): { chosen: string[] | null } | { error: string } {
  const ticked = [...new Set(projects)].filter((value) => value.startsWith(`${choice.slug}/`)).map((value) => value.slice(choice.slug.length + 1));
  if (reach === 'all') return ticked.length === 0 ? { chosen: null } : { error: 'Choose all projects or single ones, not both.' };
  const offered = choice.projects ?? [];
  if (ticked.length === 0 || !ticked.every((slug) => offered.some((project) => project.slug === slug))) return { error: 'Choose at least one of the projects that are listed for the organization.' };
  if (ticked.length > maxProjects) return { error: `Choose at most ${maxProjects} projects, or all.` };
  if (scopesWithin(choice, ticked).length === 0) return { error: 'Nothing of what this program asks for can be had in single projects.' };
  return { chosen: ticked.sort() };
}
