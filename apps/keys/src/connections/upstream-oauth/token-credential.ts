import type { TokenEndpointResponse } from 'openid-client';
import type { NewCredential } from '../credentials/connection-credentials.ts';
import { UpstreamOauthError } from './discover.ts';

/** RFC 6750 section 2.1: what a header can hold. */
const b64token = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * What is kept of a token response (RFC 6749 section 5.1).
 * @param before  the refresh token that it was asked with: without a new one it stays good (section 6)
 * @throws UpstreamOauthError for a token that is no bearer token
 */
export function credentialOf({ access_token: token, token_type: type, expires_in: seconds, refresh_token: next }: TokenEndpointResponse, nowMs: number, before?: string): NewCredential {
  if (type.toLowerCase() !== 'bearer' || !b64token.test(token)) throw new UpstreamOauthError('the token is no bearer token');
  const refreshToken = next ?? before;
  return { value: `Bearer ${token}`, expiresAt: seconds === undefined ? null : new Date(nowMs + seconds * 1000), ...(refreshToken === undefined ? {} : { refreshToken }) };
}
