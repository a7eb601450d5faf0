import { scopes as known, type Scope } from '@latchkey/contracts';

const knownScopes = new Set<string>(known);

/** Splits a scope string of RFC 6749 section 3.3; unknown names are dropped, order is kept, repeats are dropped. */
export function parseScopes(text: string): Scope[] {
  return [...new Set(text.split(' '))].filter((name): name is Scope => knownScopes.has(name));
}

const implied: Partial<Record<Scope, readonly Scope[]>> = {
  'workflow:run': ['workflow:read'],
  'keys:write': ['keys:read'],
  'servers:write': ['servers:read'],
  'webhooks:write': ['webhooks:read'],
  'connections:write': ['connections:read'],
  'org:admin': ['org:read'],
};

/** The scopes that a set stands for: write includes read of the same family. */
export function withImplied(scopes: readonly Scope[]): Set<Scope> {
  return new Set(scopes.flatMap((scope) => [scope, ...(implied[scope] ?? [])]));
}

/** Whether `granted` covers every one of `required`. */
export function satisfies(granted: readonly Scope[], required: readonly Scope[]): boolean {
  // Hot path: the lists are short, and nothing is made to look into them.
  return required.every((scope) => granted.some((held) => held === scope || implied[held]?.includes(scope) === true));
}
