import type { Scope } from '@latchkey/contracts';
import { proofAlgorithms } from './proof-algorithms.ts';

export interface Challenge {
  /** `DPoP` to who presented a token bound to a key, or should have (RFC 9449 section 7.1); `Bearer` when left out */
  scheme?: 'Bearer' | 'DPoP';
  resourceMetadata: string;
  scopes: readonly Scope[];
  /** Absent when the request carried no credential at all (RFC 6750 section 3.1). */
  error?: 'invalid_token' | 'insufficient_scope' | 'invalid_request' | 'invalid_dpop_proof';
  /** One wording for all reasons, so that a header tells a prober nothing (GW-31). */
  description?: string;
}

/** `WWW-Authenticate` of RFC 6750 section 3 with `resource_metadata` of RFC 9728 section 5.1. */
export function renderChallenge({ scheme = 'Bearer', resourceMetadata, scopes, error, description }: Challenge): string {
  const parts = [
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(description === undefined ? [] : [`error_description="${description.replaceAll(/["\\]/g, '')}"`]),
    `resource_metadata="${resourceMetadata}"`,
    ...(scopes.length === 0 ? [] : [`scope="${scopes.join(' ')}"`]),
    ...(scheme === 'Bearer' ? [] : [`algs="${proofAlgorithms.join(' ')}"`]),
  ];
  return `${scheme} ${parts.join(', ')}`;
}
