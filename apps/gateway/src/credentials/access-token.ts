import { hash } from 'node:crypto';
import { accessTokenClaimsSchema, accessTokenType } from '@latchkey/contracts';
import type { WallClock } from '@latchkey/clock';
import { parseScopes } from '@latchkey/oauth';
import { Problem } from '@latchkey/problem';
import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { Principal } from './principal.ts';
import type { SigningKeys } from './signing-keys.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** Tolerance for clocks that differ (GW-22). */
export const clockToleranceSeconds = 30;

export interface VerifiedToken {
  principal: Principal;
  audience: string;
  /** With the tolerance */
  usableUntilSeconds: number;
}

const jwtShape = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
export const looksLikeJwt = (text: string): boolean => jwtShape.test(text);

/** Verifies access tokens of the one issuer (RFC 9068 section 4, GW-22), from local keys. */
export class AccessTokenReader {
  private readonly verified: VerifiedTokens<VerifiedToken>;

  constructor(private readonly options: { issuer: string; keys: SigningKeys; clock: WallClock; cacheSize?: number }) {
    this.verified = new VerifiedTokens(options.cacheSize ?? 10_000);
  }

  /**
   * Signature, type, issuer, life time and claims; then the audience, which differs per request. Whether the token was revoked is not
   * asked here.
   * @param resource  the one audience that the token must have
   * @throws Problem `token_malformed`, `token_unknown`, `token_expired`, `token_wrong_audience`
   */
  async read(token: string, resource: string): Promise<Principal> {
    const digest = hash('sha256', token, 'base64url');
    let verified = this.verified.get(digest);
    if (verified === undefined) {
      verified = await this.verify(token);
      this.verified.set(digest, verified);
    }
    if (this.options.clock.nowSeconds() >= verified.usableUntilSeconds) throw new Problem('token_expired');
    if (verified.audience !== resource) throw new Problem('token_wrong_audience');
    return verified.principal;
  }

  /** The issuer's keys have changed: what an old key signed is looked at again. */
  forget(): void {
    this.verified.clear();
  }

  private async verify(token: string): Promise<VerifiedToken> {
    const { issuer, keys, clock } = this.options;
    const { kid, alg, typ } = headerOf(token);
    // ID tokens, logout tokens and ID-JAGs are JWTs of the same issuer: their type keeps them out (RFC 8725 section 3.11).
    if (typ?.toLowerCase().replace(/^application\//, '') !== accessTokenType) throw new Problem('token_malformed');
    if (kid === undefined || (alg !== 'ES256' && alg !== 'RS256')) throw new Problem('token_malformed');
    const key = await keys.find(kid);
    if (key === null || key.alg !== alg) throw new Problem('token_unknown');
    try {
      const { payload } = await jwtVerify(token, key.key, {
        issuer,
        algorithms: [key.alg],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(clock.nowMs()),
        requiredClaims: ['exp', 'iat', 'sub', 'jti', 'client_id'],
      });
      return toVerified(payload);
    } catch (error) {
      if (error instanceof Problem) throw error;
      if (error instanceof errors.JWTExpired) throw new Problem('token_expired');
      // One code for a forged signature and a foreign issuer: neither is a token of ours.
      if (error instanceof errors.JWSSignatureVerificationFailed) throw new Problem('token_unknown');
      if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iss') throw new Problem('token_unknown');
      throw new Problem('token_malformed', { cause: error });
    }
  }
}

function headerOf(token: string): { kid?: string; alg?: string; typ?: string } {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw new Problem('token_malformed');
  }
}

function toVerified(payload: Record<string, unknown>): VerifiedToken {
  // GW-26: a token bound to a key is worth nothing without proof of that key, and proofs are not read here yet.
  if (payload['cnf'] !== undefined) throw new Problem('token_malformed');
  const result = accessTokenClaimsSchema.safeParse(payload);
  if (!result.success) throw new Problem('token_malformed');
  const claims = result.data;
  const principal: Principal = {
    kind: 'access_token',
    id: claims.jti,
    issuer: claims.iss,
    subject: claims.sub,
    org: claims.org ?? null,
    clientId: claims.client_id,
    scopes: parseScopes(claims.scope),
    projects: null,
    grants: null,
    tools: null,
    issuedAtSeconds: claims.iat,
    expiresAtSeconds: claims.exp,
    grantId: claims.gid ?? null,
    sessionId: claims.sid ?? null,
    tokenId: claims.jti,
    hash: null,
  };
  return { principal, audience: claims.aud, usableUntilSeconds: claims.exp + clockToleranceSeconds };
}
