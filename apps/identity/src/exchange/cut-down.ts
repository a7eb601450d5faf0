import { exceedsIn, partFor, roleScopes, serverHiddenBy, type ServerPlace } from '@latchkey/access';
import { scopes as allScopes, toolPatternSchema, type Scope } from '@latchkey/contracts';
import { withImplied } from '@latchkey/oauth';
import { errors } from 'oidc-provider';
import { invalid } from './refusals.ts';
import type { Source } from './source.ts';

/** What a token is wanted for. */
export interface Wanted {
  resource: { resource: string; scopes: readonly Scope[]; place: ServerPlace | null; takesTools: boolean };
  scope: string | undefined;
  tools: string | undefined;
}

/** What of the source is left in the new token. */
export type Cut = Pick<Source, 'projects' | 'grants' | 'tools'> & { scopes: Scope[] };

/**
 * Scopes with which a token of minutes could leave behind what lasts: keys, webhooks, connections, servers, members. No exchanged token
 * has them, or an exchange would be a way around every limit of the token that it gives.
 */
const lasting = new Set<Scope>(['keys:write', 'servers:write', 'webhooks:write', 'connections:write', 'org:admin']);
const maxTools = 50;

/**
 * Cuts a credential down to what was asked for: one resource, and there fewer or the same scopes and tools.
 * @throws InvalidTarget, InvalidScope, InvalidRequest, never gives more than asked, and never more than the source has
 */
export function cutDown(source: Source, wanted: Wanted): Cut {
  const { resource } = wanted;
  // An access token is for one resource; a second one would be more than its owner consented to.
  if (source.audience !== null && source.audience !== resource.resource) throw new errors.InvalidTarget('the subject token is for another resource');
  const { place } = resource;
  // One answer for what is not there, another tenant's, and out of the key's reach.
  if (place !== null && serverHiddenBy({ credential: source, membership: source.membership }, place) !== null) throw new errors.InvalidTarget('the resource is not known here');
  const part = place === null ? source : partFor(source, place);
  const tools = wanted.tools === undefined ? part.tools : readTools(wanted.tools, resource.takesTools);
  if (exceedsIn({ ...source, ...part, tools }, source) !== null) throw invalid('tools go beyond those of the subject token');
  return { projects: part.projects, grants: part.grants, tools, scopes: cutScopes(source, wanted) };
}

function cutScopes(source: Source, { scope, resource }: Wanted): Scope[] {
  const held = withImplied(source.scopes);
  const role = roleScopes(source.membership, resource.place?.project);
  const usable = resource.scopes.filter((name) => held.has(name) && role.has(name) && !lasting.has(name));
  const asked = scope?.split(' ').filter((name) => name !== '');
  const beyond = asked?.filter((name) => !held.has(name as Scope) || lasting.has(name as Scope)) ?? [];
  if (beyond.length > 0) throw new errors.InvalidScope('the subject token does not have this scope, or no exchanged token may have it', beyond.filter(isKnown).join(' '));
  const given = asked === undefined ? usable : usable.filter((name) => asked.includes(name));
  if (given.length === 0) throw new errors.InvalidScope('nothing of the scope is left at this resource', scope ?? '');
  return given;
}

const isKnown = (name: string): boolean => (allScopes as readonly string[]).includes(name);

function readTools(text: string, takesTools: boolean): string[] {
  if (!takesTools) throw invalid('tools can be named for an MCP server only');
  const tools = [...new Set(text.split(' ').filter((entry) => entry !== ''))];
  if (tools.length === 0 || tools.length > maxTools || !tools.every((entry) => toolPatternSchema.safeParse(entry).success)) {
    throw invalid(`tools must be 1 to ${maxTools} entries of the form server:tool, with * as a glob, separated by spaces`);
  }
  return tools;
}
