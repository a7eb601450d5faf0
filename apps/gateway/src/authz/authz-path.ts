import type { IncomingMessage } from 'node:http';
import { Problem } from '@latchkey/problem';
import { isUnsafePath } from '../proxy/unsafe-path.ts';

export const authzPath = /^\/authz(?:[/?]|$)/;
/** Hot path: hardly any request is one. */
export const isAuthzUrl = (url: string): boolean => url.startsWith('/authz') && authzPath.test(url);
const forServer = /^\/authz\/servers\/([a-z0-9-]{1,63})(?:[/?]|$)/;
const forCredential = /^\/authz\/credential(?:[/?]|$)/;
const forUri = /^\/authz\/uri(?=\/)/;
const bare = /^\/authz\/?(?:\?|$)/;
const mcpPath = /^\/mcp\/([a-z0-9-]{1,63})(?:\/|$)/;

/** nginx by configuration, its ingress controller, Traefik: what the request that is asked about was for. */
const uriHeaders: ReadonlySet<string> = new Set(['x-original-uri', 'x-original-url', 'x-forwarded-uri']);

const refuse = (detail: string): Problem => new Problem('invalid_request', { status: 403, detail });
const readInTwoWays = (): Problem => refuse('The path of the request can be read in two ways.');

/**
 * Which server a proxy asks about. What it says in the path is its own configuration, and then nothing else counts. In headers, a caller may
 * have said something too that the proxy let pass: where two of them disagree, nobody is let in.
 * @returns null: none, only whether the credential is good
 * @throws Problem 403
 */
export function readAuthzTarget({ url = '', rawHeaders }: IncomingMessage): string | null {
  if (forCredential.test(url)) return null;
  const named = forServer.exec(url)?.[1];
  if (named !== undefined) return named;
  if (forUri.test(url)) return serverOf(pathOf(url.replace(forUri, '')));
  if (!bare.test(url)) throw refuse('This is no form of the question.');
  const paths = new Set(originalUris(rawHeaders).map(pathOf));
  if (paths.size > 1) throw refuse('Headers disagree about what the request was for.');
  const [path] = paths;
  return path === undefined ? null : serverOf(path);
}

/** From the headers as they came: further stages never see those that only a proxy may set (GW-80). */
function originalUris(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, at) => (at % 2 === 0 && uriHeaders.has(name.toLowerCase()) ? [rawHeaders[at + 1] ?? ''] : []));
}

function pathOf(uri: string): string {
  const path = uri.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0] ?? '';
  return path === '' ? '/' : path;
}

/** Some take a path without the parameters of its segments (RFC 3986 section 3.3), before or after it is decoded. */
const withoutParameters = (path: string): string => path.replace(/(?:;|%3b)[^/]*/gi, '');

function serverOf(path: string): string | null {
  if (!path.startsWith('/') || isUnsafePath(path) || /%2f/i.test(path)) throw readInTwoWays();
  const server = serverNamedBy(path);
  if (serverNamedBy(withoutParameters(path)) !== server) throw readInTwoWays();
  return server;
}

/** Whatever begins like a server has to be one; a spelling that only a later parser would understand is none. */
function serverNamedBy(path: string): string | null {
  const server = mcpPath.exec(path)?.[1];
  if (server !== undefined) return server;
  if (/^\/(?:m|%6d|%4d)/i.test(path) && /^\/mcp(?:\/|$)/i.test(decodeURIComponent(path))) throw refuse('The path names no server.');
  return null;
}
