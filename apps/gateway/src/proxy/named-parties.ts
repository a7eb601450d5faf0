import type { IncomingHttpHeaders } from 'node:http';
import { requestHeaders, type ErrorCode } from '@latchkey/contracts';
import type { Principal } from '../credentials/principal.ts';
import type { ManageRoute, Route } from './exchange.ts';

/** Where a request happens: in the project of its server, or in the one that the management API was asked about. */
function projectsOf(route: Route): string[] {
  if (route.kind === 'mcp') return [route.server.project];
  if (route.kind === 'own') return [];
  return [...(route.operation.project === undefined ? [] : [route.operation.project]), ...asked(route, 'project')];
}

function asked({ target }: ManageRoute, name: string): string[] {
  const at = target.indexOf('?');
  return at === -1 ? [] : new URLSearchParams(target.slice(at)).getAll(name);
}

/**
 * What a caller says beside its credential about whom it acts for, and where. It opens nothing: it is a safeguard against the wrong key, and
 * so whatever it says has to be true. A header that is sent twice arrives as one with a comma, which is no name of anything.
 * @returns the code of what is not; null when all of it is
 */
export function contradictionIn(headers: IncomingHttpHeaders, route: Route, principal: Principal): ErrorCode | null {
  const { [requestHeaders.user]: user, [requestHeaders.tenant]: tenant, [requestHeaders.project]: project } = headers;
  if (user !== undefined && user !== principal.subject) return 'user_mismatch';
  if (tenant !== undefined && tenant !== (route.kind === 'mcp' ? route.server.org : principal.org)) return 'tenant_mismatch';
  if (project === undefined) return null;
  // Where no project is named, the one in the header must at least be open to the credential.
  const open = principal.projects === null || principal.projects.some((name) => name === project);
  return open && projectsOf(route).every((name) => name === project) ? null : 'tenant_mismatch';
}
