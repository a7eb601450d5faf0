import type { Scope } from '@latchkey/contracts';
import { proofAlgorithms } from './proof-algorithms.ts';

/** Scopes that a server's metadata and challenges name: safe to grant together, for some clients ask for all of them (GW-13). */
export const mcpScopes: readonly Scope[] = ['mcp:read', 'mcp:execute'];
/** To call a server's tools over REST. */
export const workflowScopes: readonly Scope[] = ['workflow:read', 'workflow:run'];
/** The same for the management API; what changes things is asked for step by step through 403 challenges. */
export const managementScopes: readonly Scope[] = ['keys:read', 'servers:read', 'org:read'];

/** Protected-resource metadata, RFC 9728 section 2. `resource` and `issuer` go out byte for byte as configured. */
export function protectedResourceMetadata(options: {
  resource: string;
  issuer: string;
  name: string;
  scopes: readonly Scope[];
}) {
  return {
    resource: options.resource,
    authorization_servers: [options.issuer],
    bearer_methods_supported: ['header'],
    scopes_supported: options.scopes,
    dpop_signing_alg_values_supported: proofAlgorithms,
    dpop_bound_access_tokens_required: false,
    resource_name: options.name,
  };
}
