import { scopes, type Scope } from '@latchkey/contracts';

/** What of the management API the console may ask for in the name of who is signed in, and which scopes it takes to change something there. */
const families: Readonly<Record<string, readonly Scope[]>> = {
  orgs: ['org:admin'],
  projects: ['org:admin', 'servers:write'],
  members: ['org:admin'],
  domains: ['org:admin'],
  policies: ['org:admin'],
  'identity-providers': ['org:admin'],
  'trusted-clients': ['org:admin'],
  'trusted-issuers': ['org:admin'],
  // Members keep clients and programs of their own; those of others are for administrators, which their role says.
  'oauth-clients': ['keys:write', 'org:admin'],
  grants: ['keys:write', 'org:admin'],
  sessions: ['keys:write'],
  servers: ['servers:write'],
  pats: ['keys:write'],
  webhooks: ['webhooks:write'],
  connections: ['connections:write'],
  audit: [],
  explain: [],
  freshness: [],
};

/** Questions are asked with nothing that could change anything. */
const readScopes: readonly Scope[] = scopes.filter((scope) => scope.endsWith(':read') && !/^(?:mcp|workflow):/.test(scope));

/** Who somebody is at a trusted issuer is told to owners alone, and to no credential that could not change it. */
const named = /^\/v1\/trusted-issuers\/[^/]+\/subjects$/;

/** @returns the scopes that one request takes, its person's role allowing; null for what is not the console's to ask for */
export function scopesFor(method: string, path: string): readonly Scope[] | null {
  const segments = path.split('/');
  const family = segments[2] ?? '';
  const plain = segments[1] === 'v1' && segments.slice(2).every((segment) => /^[A-Za-z0-9._~:@-]{1,256}$/.test(segment) && !/^\.+$/.test(segment));
  if (!plain || !Object.hasOwn(families, family)) return null;
  if (method === 'GET' && named.test(path)) return [...readScopes, 'org:admin'];
  return method === 'GET' ? readScopes : [...readScopes, ...(families[family] ?? [])];
}
