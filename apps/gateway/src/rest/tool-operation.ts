/** What can be asked of a server's tools over REST; `describe` is the OpenAPI document of all of them. */
export type ToolOperation = { kind: 'list' } | { kind: 'describe' } | { kind: 'show'; tool: string } | { kind: 'call'; tool: string } | { kind: 'none'; allow: string };

const toolPath = /^\/v1\/tools\/([a-z0-9-]{1,63})(?:\/([^/]{1,768}))?$/;
const reads = new Set(['GET', 'HEAD']);

/** @returns null for a path that is none of them; `none` where the method is none */
export function toolOperation(path: string, method: string): { server: string; operation: ToolOperation } | null {
  const [, server, encoded] = toolPath.exec(path) ?? [];
  if (server === undefined) return null;
  if (encoded === undefined) return { server, operation: reads.has(method) ? { kind: 'list' } : { kind: 'none', allow: 'GET, HEAD' } };
  // A tool of this name could be shown in the list only; it can still be called.
  if (encoded === 'openapi.json' && reads.has(method)) return { server, operation: { kind: 'describe' } };
  const tool = decodeURIComponent(encoded);
  if (reads.has(method)) return { server, operation: { kind: 'show', tool } };
  return { server, operation: method === 'POST' ? { kind: 'call', tool } : { kind: 'none', allow: 'GET, HEAD, POST' } };
}
