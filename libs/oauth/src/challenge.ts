import type { Scope } from '@latchkey/contracts';

export interface Challenge {
  resourceMetadata: string;
  scopes: readonly Scope[];
  /** Absent when the request carried no credential at all (RFC 6750 section 3.1). */
  error?: 'invalid_token' | 'insufficient_scope' | 'invalid_request';
  /** One wording for all reasons, so that a header tells a prober nothing (GW-31). */
  description?: string;
}

/** `WWW-Authenticate` of RFC 6750 section 3 with `resource_metadata` of RFC 9728 section 5.1. */
export function renderChallenge({ resourceMetadata, scopes, error, description }: Challenge): string {
  const parts = [
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(description === undefined ? [] : [`error_description="${description.replaceAll(/["\\]/g, '')}"`]),
    `resource_metadata="${resourceMetadata}"`,
    ...(scopes.length === 0 ? [] : [`scope="${scopes.join(' ')}"`]),
  ];
  return `Bearer ${parts.join(', ')}`;
}
