import { resources } from '@latchkey/oauth';
import { Problem } from '@latchkey/problem';
import type { ServerRecord } from '@latchkey/contracts';
import { isAuthzUrl, readAuthzTarget } from '../../authz/authz-path.ts';
import { takeUrlToken } from '../../credentials/url-token.ts';
import { isUnsafePath } from '../unsafe-path.ts';
import { toolOperation } from '../../rest/tool-operation.ts';
import { managementRoute } from '../../upstreams/management-routes.ts';
import { stale } from '../../freshness/stale.ts';
import type { Exchange, McpRoute, Route } from '../exchange.ts';
import type { Stage } from '../stage.ts';

export interface RouteSources {
  gatewayUrl: string;
  server(slug: string): ServerRecord | undefined;
  /** Whether the replica is proven fresh: otherwise the absence of a server proves nothing. */
  isFresh(): boolean;
}

const plainLimit = 1000;
const serverPath = /^\/mcp\/([a-z0-9-]{1,63})$/;

/** The path and the query of a request target; an absolute form (RFC 9112 section 3.2.2) is for proxies that we are not. */
function splitTarget(url: string): { path: string; query: string } {
  const at = url.indexOf('?');
  return at === -1 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at) };
}

export function matchRoute(sources: RouteSources): Stage {
  const resource = resources(sources.gatewayUrl);

  /** Records are replaced, never changed, and so is the way to one. */
  const ways = new WeakMap<ServerRecord, McpRoute>();
  const routeTo = (server: ServerRecord, slug: string): McpRoute => {
    let way = ways.get(server);
    if (way === undefined) {
      const name = resource.server(slug);
      way = Object.freeze({ kind: 'mcp', server, resource: name, url: name, template: `/mcp/${slug}` });
      ways.set(server, way);
    }
    return way;
  };

  /** Plain paths that have led to servers, and where to. Hot path: what was taken apart once is not taken apart again. */
  const plain = new Map<string, string>();
  const known = (url: string): McpRoute | null => {
    const slug = plain.get(url);
    const server = slug === undefined ? undefined : sources.server(slug);
    return server === undefined || slug === undefined ? null : routeTo(server, slug);
  };
  const keep = (url: string, { server }: McpRoute): void => {
    if (plain.size >= plainLimit) plain.clear();
    plain.set(url, server.slug);
  };

  const findTools = (path: string, method: string): Route | null => {
    const found = toolOperation(path, method);
    const server = found === null ? undefined : sources.server(found.server);
    if (found === null || server === undefined) return null;
    const template = `/v1/tools/${server.slug}${'tool' in found.operation ? '/{tool}' : ''}`;
    return { kind: 'mcp', door: 'rest', tools: found.operation, server, resource: resource.management, otherResource: resource.server(server.slug), url: sources.gatewayUrl + path, template };
  };

  const findAuthz = (exchange: Exchange): Route | null => {
    const asked = readAuthzTarget(exchange.request);
    const own = { url: `${sources.gatewayUrl}/authz`, template: '/authz' };
    if (asked === null) return { kind: 'own', purpose: 'authz', resource: resource.management, ...own };
    const server = sources.server(asked);
    if (server !== undefined) return { kind: 'mcp', authz: true, server, resource: resource.server(asked), ...own };
    if (!sources.isFresh()) throw stale();
    throw new Problem('not_found', { status: 403, detail: 'There is no such server.' });
  };

  const find = (exchange: Exchange): Route | null => {
    const { method } = exchange;
    const url = exchange.request.url ?? '';
    if (isAuthzUrl(url)) return findAuthz(exchange);
    const { path, query } = splitTarget(url);
    const slug = serverPath.exec(path)?.[1];
    if (slug !== undefined) {
      const server = sources.server(slug);
      return server === undefined ? null : routeTo(server, slug);
    }
    if (path === '/mcp') return { kind: 'own', purpose: 'platform', resource: resource.platform, url: resource.platform, template: '/mcp' };
    if (!path.startsWith('/v1/') || isUnsafePath(path)) return null;
    if (path.startsWith('/v1/tools/')) return findTools(path, method);
    const operation = managementRoute(path, method);
    if (operation === null) return null;
    return { kind: 'manage', operation, target: path + query, resource: resource.management, url: sources.gatewayUrl + path, template: `/v1/${operation.family}` };
  };

  /** Only where the server's administrators allow it: what stands in a URL is written down in many places (G4). */
  const withToken = (route: Route | null): Route | null =>
    route?.kind === 'mcp' && route.server.settings?.tokenUrls === true ? { ...route, template: `${route.template}/{token}` } : null;

  return {
    name: 'matchRoute',
    statuses: [404, 503],
    run(exchange) {
      const url = exchange.request.url ?? '';
      const again = known(url);
      if (again !== null) {
        exchange.route = again;
        return;
      }
      const urlToken = takeUrlToken(exchange.request);
      // The page that a browser goes to next must not be told this one.
      if (urlToken !== undefined) exchange.tell('referrer-policy', 'no-referrer');
      const found = find(exchange);
      const route = urlToken === undefined ? found : withToken(found);
      if (route === null && !sources.isFresh()) throw stale();
      if (route === null) throw new Problem('not_found', { detail: 'There is nothing at this path.' });
      exchange.urlToken = urlToken;
      exchange.route = route;
      if (route.kind === 'mcp' && serverPath.test(url)) keep(url, route);
    },
  };
}
