import { addressesWithin, exceedsIn, pathOf, projectRoleOf, roleScopes, type Credential, type CredentialPart } from '@latchkey/access';
import type { ErrorCode, ResourceGrant, Scope } from '@latchkey/contracts';
import { satisfies } from '@latchkey/oauth';
import { Problem } from '@latchkey/problem';
import type { PatEntity } from '../pat.entity.ts';
import type { Principal, Principals } from '../principal.ts';

/*
 * A key is never stronger than whoever mints it is at this moment.
 *
 * A person (the console, or an OAuth client that was given `keys:write`) is bound by the role, and not by the other scopes of the access
 * token: `keys:write` says "may create keys in my name", the consent page sets it apart as sensitive for that reason, and a console that
 * needed `mcp:execute` itself to create a key with it would have to hold everything.
 *
 * A key that mints is bound by the role and by all that it is itself: scopes, projects, grants, tool list and end. Nobody consents when a
 * key is used, so a leaked or delegated one must not be a way to a wider or a longer-lived one.
 *
 * Roles are applied again at every use, so a key loses at once what its owner loses.
 */

/** What a role has to carry: of a request, or of a key that there is. */
interface Asked {
  scopes: readonly Scope[];
  projects?: readonly string[] | null | undefined;
  grants?: readonly ResourceGrant[] | null | undefined;
}

/** @throws Problem `tenant_mismatch` or `insufficient_role` when the request is for more than the owner's role carries */
export function boundByRole({ org, membership }: Principal, request: Asked): void {
  const grantPaths = (request.grants ?? []).map(pathOf);
  if (grantPaths.some((path) => path?.org !== org)) {
    throw new Problem('tenant_mismatch', { detail: 'A grant names a resource of another organization.' });
  }
  const projects = new Set([...(request.projects ?? []), ...grantPaths.flatMap((path) => path?.project ?? [])]);
  for (const project of projects) {
    // One answer for a project that does not exist and for one that the owner has no part in.
    if (projectRoleOf(membership, project) === null) throw new Problem('insufficient_role', { detail: `You have no role in the project ${project}.` });
  }
  const places: readonly (string | undefined)[] = request.projects ?? [undefined];
  const allowed = places.map((project) => roleScopes(membership, project));
  const missing = request.scopes.filter((scope) => !allowed.some((scopes) => scopes.has(scope)));
  if (missing.length > 0) throw new Problem('insufficient_role', { detail: `Your role does not carry ${missing.join(', ')}.` });
}

export type KeyBounds = Credential & Pick<PatEntity, 'allowedIps' | 'rateLimit'>;

const beyond = (part: string): string => `A key cannot mint a stronger key: its ${part} would go beyond those of the one presented.`;

const perSecond = ({ rateLimit }: KeyBounds): number => (rateLimit === null ? Infinity : rateLimit.limit / rateLimit.windowSeconds);

/** What bounds how a key is used, beside what it may do. Rates are compared over their windows; a burst within a longer one is none of it. */
export function exceedsInUse(inner: KeyBounds, outer: KeyBounds): 'allowedIps' | 'rateLimit' | null {
  if (!addressesWithin(inner.allowedIps, outer.allowedIps)) return 'allowedIps';
  return perSecond(inner) > perSecond(outer) ? 'rateLimit' : null;
}

function boundByUse(minter: KeyBounds, wanted: KeyBounds): void {
  const part = exceedsInUse(wanted, minter);
  if (part === 'allowedIps') throw new Problem('ip_not_allowed', { detail: beyond('addresses') });
  if (part === 'rateLimit') throw new Problem('policy_violation', { detail: beyond('requests') });
}

const refusals: Record<Exclude<CredentialPart, 'scopes'>, ErrorCode> = {
  org: 'tenant_mismatch',
  projects: 'tenant_mismatch',
  grants: 'tool_not_allowed',
  tools: 'tool_not_allowed',
};

/** @throws Problem that names the first part in which the new key would exceed the one that mints it */
export function boundByKey(minter: KeyBounds, wanted: KeyBounds, principals: Principals): void {
  const part = exceedsIn(wanted, minter);
  if (part === null) return boundByUse(minter, wanted);
  const detail = beyond(part);
  if (part !== 'scopes') throw new Problem(refusals[part], { detail });
  throw principals.insufficientScope(wanted.scopes.filter((scope) => !satisfies(minter.scopes, [scope])), detail);
}

/**
 * The organization's longest life of a key. It binds keys that are minted from now on; those that there are live as long as they were
 * given, and are found by their `expiresAt`.
 * @param longestSeconds  undefined where the organization demands nothing
 * @throws Problem `policy_violation` for a key that would live longer, or for ever
 */
export function boundByPolicy(longestSeconds: number | undefined, { createdAt, expiresAt }: Pick<PatEntity, 'createdAt' | 'expiresAt'>): void {
  if (longestSeconds === undefined) return;
  if (expiresAt !== null && expiresAt.getTime() - createdAt.getTime() <= longestSeconds * 1000) return;
  throw new Problem('policy_violation', { detail: `In this organization a key lives for ${longestSeconds} seconds at most; ask for a shorter one by expiresIn.` });
}
