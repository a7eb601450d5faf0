const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const rpcs: ReadonlySet<string> = new Set([
  'initialize', 'ping', 'server/discover', 'subscriptions/listen', 'tools/list', 'tools/call', 'prompts/list', 'prompts/get', 'resources/list', 'resources/read', 'resources/templates/list',
  'resources/subscribe', 'resources/unsubscribe', 'completion/complete', 'logging/setLevel', 'tasks/get', 'tasks/update', 'tasks/cancel', 'tasks/list', 'tasks/result',
  'notifications/initialized', 'notifications/cancelled', 'notifications/progress', 'notifications/roots/list_changed',
]);

/** Names of spans have a closed set of values: callers may send any method. */
export const knownMethod = (method: string): string => (methods.has(method) ? method : 'OTHER');

/** The same of methods of MCP. */
export const knownRpc = (method: string): string => (rpcs.has(method) ? method : 'other');
