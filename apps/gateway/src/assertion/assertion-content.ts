import { effectiveScopes, narrowMembership, type Subject } from '@latchkey/access';
import type { Principal } from '../credentials/principal.ts';
import type { ManageRoute, McpRoute } from '../proxy/exchange.ts';
import type { AssertionContent } from './assertion-signer.ts';

/** What an organization demands, where a service of ours has to know it. */
export interface Demands {
  keyMaxLifetimeSeconds: number | null;
}

/**
 * What one upstream is told about the caller. Scopes are what the owner's role leaves of them, there. Our own services also learn the
 * roles, as far as the credential may use them; an upstream of somebody else does not.
 */
export function assertionContent(route: McpRoute | ManageRoute, principal: Principal, { credential, membership }: Subject, audience: string, demands: Demands): AssertionContent {
  const common = {
    sub: principal.subject,
    aud: audience,
    ...(principal.org === null ? {} : { org: principal.org }),
    ...(principal.clientId === null ? {} : { client_id: principal.clientId }),
    credential: { kind: principal.kind, id: principal.id },
    ...(principal.act === undefined ? {} : { act: principal.act }),
  };
  if (route.kind === 'mcp') {
    const { project } = route.server;
    return { ...common, project, scope: effectiveScopes(principal.scopes, membership, project).join(' ') };
  }
  if (membership === null) return { ...common, scope: '' };
  const { org, role, projects } = narrowMembership(credential, membership);
  return {
    ...common,
    scope: effectiveScopes(principal.scopes, { org, role, projects }).join(' '),
    roles: { org: role, projects: { ...projects } },
    ...(demands.keyMaxLifetimeSeconds === null ? {} : { key_max_lifetime: demands.keyMaxLifetimeSeconds }),
  };
}
