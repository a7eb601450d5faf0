import { scopes as knownScopes, type Scope } from '@latchkey/contracts';
import { roleScopes } from '@latchkey/access';
import type { Membership } from '../organizations/find-role.ts';
import type { ClientFacts } from './client-facts.ts';

/** The resource that access is asked for. */
export interface ResourceFacts {
  url: string;
  name: string;
  /** Of one server; the platform itself belongs to no organization. */
  server: { org: string; project: string } | null;
}

export interface ProjectChoice {
  slug: string;
  name: string;
}

export interface OrganizationChoice {
  slug: string;
  name: string;
  membership: Membership;
  /** Those that can be chosen one by one; absent where there is no choice, as with a server, which is in one project. */
  projects?: readonly ProjectChoice[];
  /** What of the requested scopes the user's role there allows. Empty: there is nothing to choose it for. */
  scopes: readonly Scope[];
  /** Why the organization lets this program have nothing, in words; absent where it is a matter of the role. */
  refusal?: string;
  /** What it keeps from this program, and why. */
  withheld?: ReadonlyMap<Scope, string>;
  /** It vouches for this program. */
  trusted?: boolean;
}

/** Everything that the consent page says. */
export interface ConsentView {
  client: ClientFacts;
  /** Null where a client only wants to know who signs in. */
  resource: ResourceFacts | null;
  email: string;
  requested: readonly Scope[];
  oidcScopes: readonly string[];
  organizations: readonly OrganizationChoice[];
  /** Preselected. */
  organization: string | null;
  /** The yes of an earlier time to no less than this, where there is one. */
  remembered?: { org: string | null; projects: readonly string[] | null; at: Date } | null;
  /** Projects of the earlier yes, whatever that covers, as `organization/project`: they stand there chosen. */
  keptTo?: readonly string[];
  /** A yes will do for next time too: whoever asks then under this name is sure to be the same. */
  lasts?: boolean;
}

/** What each of the user's organizations could give. A server is reached through its own organization only. */
export function organizationChoices(memberships: readonly Membership[], resource: ResourceFacts | null, requested: readonly string[]): OrganizationChoice[] {
  const wanted = new Set(requested);
  return memberships.map((membership) => {
    const server = resource?.server ?? null;
    const foreign = server !== null && server.org !== membership.org;
    const allowed = foreign ? new Set<Scope>() : roleScopes(membership, server?.project);
    return { slug: membership.org, name: membership.name, membership, scopes: knownScopes.filter((scope) => wanted.has(scope) && allowed.has(scope)) };
  });
}

/** The organization that suits best: the first that can give the most. */
export function preselected(choices: readonly OrganizationChoice[]): string | null {
  const usable = choices.filter((choice) => choice.scopes.length > 0);
  const best = usable.reduce<OrganizationChoice | null>((found, choice) => (found === null || choice.scopes.length > found.scopes.length ? choice : found), null);
  return best?.slug ?? null;
}
