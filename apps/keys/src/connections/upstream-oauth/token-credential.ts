import type { TokenEndpointResponse } from 'openid-client';
import { scopeTokens } from '@latchkey/oauth';
import type { NewCredential } from '../credentials/connection-credentials.ts';
import { UpstreamOauthError } from './discover.ts';

/** RFC 6750 section 2.1: what a header can hold. */
const b64token = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * What is kept of a token response (RFC 6749 section 5.1).
 * @param asked  scopes that it was asked for: without a word of others it has these
 * @param before  the refresh token that it was asked with: without a new one it stays good (section 6)
 * @throws UpstreamOauthError for a token that is no bearer token
 */
export function credentialOf({ access_token: token, token_type: type, expires_in: seconds, refresh_token: next, scope }: TokenEndpointResponse, nowMs: number, asked: readonly string[], before?: string): NewCredential {
  if (type.toLowerCase() !== 'bearer' || !b64token.test(token)) throw new UpstreamOauthError('the token is no bearer token');
  const refreshToken = next ?? before;
  return { value: `Bearer ${token}`, scopes: grantedOf(asked, scope), expiresAt: seconds === undefined ? null : new Date(nowMs + seconds * 1000), ...(refreshToken === undefined ? {} : { refreshToken }) };
}

/** Some servers part scopes with commas; what was not asked for is not ours to ask for again. */
function grantedOf(asked: readonly string[], told: string | undefined): string[] {
  if (told === undefined) return [...asked];
  const granted = new Set(told.split(/[\s,]+/));
  return asked.length === 0 ? scopeTokens(told) : asked.filter((scope) => granted.has(scope));
}
