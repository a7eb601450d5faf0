import { keepsTools, mayUse, type Subject } from '@latchkey/access';
import type { ServerRestrictions } from '@latchkey/contracts';
import { modernVersions } from '../message/era.ts';
import type { Message } from '../message/message.ts';
import type { McpRoute } from '../proxy/exchange.ts';
import { hasMembers } from './exact-json.ts';

/** Changes one JSON-RPC message of the upstream in place. @returns false when the message must not reach the caller at all */
export type Rewrite = (message: Record<string, unknown>) => boolean;

const lists = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'];
/** Methods whose results say how they may be cached (MCP 2026-07-28, caching). */
const cacheable = new Set(['server/discover', 'resources/read', ...lists]);

type Item = Record<string, unknown>;

/**
 * What has to change in the answer to this request, if anything; null lets it pass untouched.
 * Lists lose what the caller may not use (GW-51); results of a modern request are for this caller only (GW-54).
 * @param heard  told of the versions that the upstream says it knows
 */
export function rewritePlan(route: McpRoute, subject: Subject, message: Message | undefined, heard?: (versions: readonly unknown[]) => void): Rewrite | null {
  const { server } = route;
  // Hot path: the answers to most messages pass as they are.
  if (message !== undefined && !mayConcern(message)) return null;
  // A credential that covers the whole server has nothing hidden from it.
  const restricted = !mayUse(subject, server, { kind: 'resource', name: '' });
  const narrows = restricted || keepsTools(server) || Object.keys(server.settings?.restrictions?.annotations ?? {}).length > 0;
  if (message === undefined) {
    // On a GET stream, answers to any earlier request may be replayed.
    return narrows ? (received) => filterMessage(received, subject, route, restricted) : null;
  }
  if (message.kind === 'response') return null;
  const filters = narrows && isList(message.method);
  const caches = message.era === 'modern' && cacheable.has(message.method);
  if (!filters && !caches) return null;
  return (received) => {
    if (narrows && !filterMessage(received, subject, route, restricted)) return false;
    const { result } = received;
    if (caches && hasMembers(result)) privateResult(result, message.method, heard);
    return true;
  };
}

const isList = (method: string): boolean => lists.includes(method) || method === 'subscriptions/listen';
/** Without an id nobody waits for an answer, but a server that overlooks that gives one. */
const mayConcern = (message: Message): boolean => message.kind !== 'response' && (cacheable.has(message.method) || isList(message.method));

function filterMessage(received: Record<string, unknown>, subject: Subject, { server }: McpRoute, restricted: boolean): boolean {
  // GW-53: news of what is hidden is news of its existence.
  if (restricted && received['method'] === 'notifications/resources/updated') return false;
  const { result } = received;
  if (!hasMembers(result)) return true;
  keep(result, 'tools', ({ name }) => mayUse(subject, server, { kind: 'tool', name: String(name) }));
  annotate(result, server.settings?.restrictions?.annotations);
  keep(result, 'prompts', ({ name }) => mayUse(subject, server, { kind: 'prompt', name: String(name) }));
  keep(result, 'resources', ({ uri }) => mayUse(subject, server, { kind: 'resource', name: String(uri) }));
  keep(result, 'resourceTemplates', ({ uriTemplate }) => mayUse(subject, server, { kind: 'resource', name: String(uriTemplate) }));
  return true;
}

/** Order and `nextCursor` stay; an empty page is fine (GW-51). What is no item of the protocol cannot be judged, so it is left out. */
function keep(result: Record<string, unknown>, member: string, mayKeep: (item: Item) => boolean): void {
  const items = result[member];
  if (Array.isArray(items)) result[member] = items.filter((item: unknown) => hasMembers(item) && mayKeep(item));
}

/** What an administrator says of a tool is what its callers are told, and what their calls are judged by. */
function annotate(result: Record<string, unknown>, annotations: ServerRestrictions['annotations'] = {}): void {
  const tools = result['tools'];
  if (!Array.isArray(tools)) return;
  for (const tool of tools as Item[]) {
    const name = String(tool['name']);
    if (Object.hasOwn(annotations, name)) tool['annotations'] = { ...(hasMembers(tool['annotations']) ? tool['annotations'] : {}), ...annotations[name] };
  }
}

function privateResult(result: Record<string, unknown>, method: string, heard?: (versions: readonly unknown[]) => void): void {
  result['cacheScope'] = 'private';
  if (!Object.hasOwn(result, 'ttlMs')) result['ttlMs'] = 0;
  const versions = result['supportedVersions'];
  // GW-45: a version that the gateway does not know would be refused at the next request.
  if (method === 'server/discover' && Array.isArray(versions)) {
    heard?.(versions);
    const known: readonly unknown[] = modernVersions;
    const cut = versions.filter((version) => known.includes(version));
    if (cut.length > 0) result['supportedVersions'] = cut;
  }
}
