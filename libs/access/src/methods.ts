import type { Scope } from '@latchkey/contracts';

/**
 * What a method touches, and so what has to be left of it by grants and tool list:
 * `entry` the server as such; a list is an entry too, because its items are filtered one by one;
 * `tool`, `prompt`, `resource` the thing that is named;
 * `whole` the server in full, for things that could belong to any part of it.
 */
export type Touches = 'entry' | 'tool' | 'prompt' | 'resource' | 'whole';

export interface MethodRule {
  /** Any one of these opens it; the first is what a challenge asks for. */
  scopes: readonly [Scope, ...Scope[]];
  touches: Touches;
}

/** Shaking hands needs any of the two MCP scopes: who may only call still has to say hello. */
const hello: MethodRule = { scopes: ['mcp:read', 'mcp:execute'], touches: 'entry' };
const list: MethodRule = { scopes: ['mcp:read'], touches: 'entry' };

/** Every method that a client may send, in both eras of the protocol. What is not here is the upstream's to answer (GW-47). */
export const methodRules: ReadonlyMap<string, MethodRule> = new Map<string, MethodRule>([
  ['initialize', hello],
  ['ping', hello],
  ['server/discover', hello],
  ['notifications/initialized', hello],
  ['notifications/cancelled', hello],
  ['notifications/progress', hello],
  ['notifications/roots/list_changed', hello],
  ['logging/setLevel', hello],

  ['tools/list', list],
  ['prompts/list', list],
  ['resources/list', list],
  ['resources/templates/list', list],
  // URIs outside the grant are left out of it before it goes upstream (GW-53).
  ['subscriptions/listen', list],

  ['tools/call', { scopes: ['mcp:execute'], touches: 'tool' }],
  ['prompts/get', { scopes: ['mcp:read'], touches: 'prompt' }],
  ['resources/read', { scopes: ['mcp:read'], touches: 'resource' }],
  ['resources/subscribe', { scopes: ['mcp:read'], touches: 'resource' }],
  ['resources/unsubscribe', { scopes: ['mcp:read'], touches: 'resource' }],
  // It completes arguments of a prompt or of a resource template, never of a tool.
  ['completion/complete', { scopes: ['mcp:read'], touches: 'whole' }],

  // A task is the late result of some call, and its id does not tell of which tool.
  ['tasks/list', { scopes: ['mcp:read'], touches: 'whole' }],
  ['tasks/get', { scopes: ['mcp:read'], touches: 'whole' }],
  ['tasks/result', { scopes: ['mcp:read'], touches: 'whole' }],
  ['tasks/update', { scopes: ['mcp:execute'], touches: 'whole' }],
  ['tasks/cancel', { scopes: ['mcp:execute'], touches: 'whole' }],
]);

/** An answer of the client to a request of the server, a GET stream and the end of a session name no method; they belong to the hand-shake. */
export const withoutMethod = hello;

/** For a method that the table does not know: the upstream answers it, as it would answer a reader. */
export const unknownMethod: MethodRule = { scopes: ['mcp:read'], touches: 'whole' };

/** Whether the table knows what a method touches. */
export const isKnown = (method: string | null): boolean => method === null || methodRules.has(method);

/** Through which door a server is asked: as an MCP client does, or tool by tool over REST. */
export type Door = 'mcp' | 'rest';

const workflowScopes: readonly [Scope, ...Scope[]] = ['workflow:read', 'workflow:run'];

/** What a method takes. Over REST it touches the same, and takes the scopes of workflows: to run for a call, any of them for what leads to one. */
export function ruleOf(method: string | null, door: Door = 'mcp'): MethodRule {
  const rule = method === null ? withoutMethod : (methodRules.get(method) ?? unknownMethod);
  if (door === 'mcp') return rule;
  return { touches: rule.touches, scopes: method === 'tools/call' ? ['workflow:run'] : workflowScopes };
}
