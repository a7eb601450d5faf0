import { hash } from 'node:crypto';
import { accessTokenClaimsSchema, accessTokenType } from '@latchkey/contracts';
import type { WallClock } from '@latchkey/clock';
import { parseScopes } from '@latchkey/oauth';
import { Problem } from '@latchkey/problem';
import { z } from 'zod';
import { beginsAsJws, CompactJws, looksLikeJws } from './compact-jws.ts';
import type { Principal } from './principal.ts';
import type { SigningKeys } from './signing-keys.ts';
import { VerificationTurns } from './verification-turns.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** Tolerance for clocks that differ (GW-22). */
export const clockToleranceSeconds = 30;

export interface VerifiedToken {
  principal: Principal;
  audience: string;
  /** With the tolerance */
  usableUntilSeconds: number;
}

export const looksLikeJwt = looksLikeJws;
export const beginsAsJwt = beginsAsJws;

/** Verifies access tokens of the one issuer (RFC 9068 section 4, GW-22), from local keys. */
export class AccessTokenReader {
  private readonly verified: VerifiedTokens<VerifiedToken>;
  readonly lookups = { hits: 0, misses: 0 };
  /** Tokens that come again before they are verified wait for the same. */
  private readonly verifying = new Map<string, Promise<VerifiedToken>>();
  private readonly turns = new VerificationTurns();
  /** Grows with every change of the issuer's keys */
  private generation = 0;

  constructor(private readonly options: { issuer: string; keys: SigningKeys; clock: WallClock; cacheSize?: number }) {
    this.verified = new VerifiedTokens(options.cacheSize ?? 10_000);
  }

  /**
   * Signature, type, issuer, life time and claims; then the audience, which differs per request. Whether the token was revoked is not
   * asked here.
   * @param resource  the one audience that the token must have
   * @param otherResource  or this one, where two names lead to the same
   * @throws Problem `token_malformed`, `token_unknown`, `token_expired`, `token_wrong_audience`
   */
  async read(token: string, resource: string, otherResource = resource): Promise<Principal> {
    const digest = digestOf(token);
    const verified = this.verified.get(digest);
    if (verified === undefined) this.lookups.misses += 1;
    else this.lookups.hits += 1;
    return this.admit(verified ?? (await this.verifyOnce(token, digest)), resource, otherResource);
  }

  /**
   * The same for a token that was verified before, at once.
   * @returns null for one that was not
   */
  known(token: string, resource: string, otherResource = resource): Principal | null {
    const verified = this.verified.get(digestOf(token));
    if (verified === undefined) return null;
    this.lookups.hits += 1;
    return this.admit(verified, resource, otherResource);
  }

  private admit(verified: VerifiedToken, resource: string, otherResource: string): Principal {
    if (this.options.clock.nowSeconds() >= verified.usableUntilSeconds) throw new Problem('token_expired');
    if (verified.audience !== resource && verified.audience !== otherResource) throw new Problem('token_wrong_audience');
    return verified.principal;
  }

  private verifyOnce(token: string, digest: string): Promise<VerifiedToken> {
    const known = this.verifying.get(digest);
    if (known !== undefined) return known;
    const { generation } = this;
    const verifying = this.verify(token).then((verified) => {
      // What was verified across a change may rest on a key that is gone.
      if (generation === this.generation) this.verified.set(digest, verified);
      return verified;
    }).finally(() => {
      if (this.verifying.get(digest) === verifying) this.verifying.delete(digest);
    });
    this.verifying.set(digest, verifying);
    return verifying;
  }

  /** The issuer's keys have changed: what an old key signed is looked at again. */
  forget(): void {
    this.generation += 1;
    this.verified.clear();
    this.verifying.clear();
  }

  private async verify(token: string): Promise<VerifiedToken> {
    const { issuer, keys, clock } = this.options;
    const jws = CompactJws.read(token);
    if (jws === undefined) throw new Problem('token_malformed');
    const { kid, alg, typ } = jws.header;
    // ID tokens, logout tokens and ID-JAGs are JWTs of the same issuer: their type keeps them out (RFC 8725 section 3.11).
    if (typeof typ !== 'string' || typ.toLowerCase().replace(/^application\//, '') !== accessTokenType) throw new Problem('token_malformed');
    if (typeof kid !== 'string' || (alg !== 'ES256' && alg !== 'RS256')) throw new Problem('token_malformed');
    const key = await keys.find(kid);
    // One code for an unknown key, a forged signature and a foreign issuer: none is a token of ours.
    if (key === null || key.alg !== alg || !(await this.turns.run(() => jws.isSignedBy(key)))) throw new Problem('token_unknown');
    const claims = claimsOf(jws.payload());
    if (claims.iss !== issuer) throw new Problem('token_unknown');
    const nowSeconds = clock.nowSeconds();
    if (claims.exp <= nowSeconds - clockToleranceSeconds) throw new Problem('token_expired');
    if (claims.nbf !== undefined && claims.nbf > nowSeconds + clockToleranceSeconds) throw new Problem('token_malformed');
    return toVerified(claims, kid);
  }
}

/** One character a byte: of all forms in which the library hands out a digest, the one that takes it the least time. */
const digestOf = (token: string): string => hash('sha256', token, 'binary');

/** The claims that RFC 9068 section 2.2 requires, and RFC 7519 section 4.1.5. */
const claimsSchema = accessTokenClaimsSchema.extend({ nbf: z.number().optional() });
type Claims = z.infer<typeof claimsSchema>;

function claimsOf(payload: Record<string, unknown> | undefined): Claims {
  const result = claimsSchema.safeParse(payload);
  if (!result.success) throw new Problem('token_malformed');
  return result.data;
}

function toVerified(claims: Claims, kid: string): VerifiedToken {
  const { src } = claims;
  const principal: Principal = {
    kind: 'access_token',
    id: claims.jti,
    issuer: claims.iss,
    subject: claims.sub,
    org: claims.org ?? null,
    clientId: src?.kind === 'grant' ? src.client : claims.client_id,
    scopes: parseScopes(claims.scope),
    projects: claims.projects ?? null,
    grants: claims.grants ?? null,
    tools: claims.tools ?? null,
    // The issuer says so: no other subject has the name of the key that it was cut from.
    ...(src?.kind === 'pat' && claims.sub === `svc_${src.id}` ? { service: true } : {}),
    allowedIps: null,
    rateLimit: null,
    issuedAtSeconds: src?.iat ?? claims.iat,
    expiresAtSeconds: claims.exp,
    grantId: src?.kind === 'grant' ? src.id : (claims.gid ?? null),
    sessionId: claims.sid ?? null,
    tokenId: claims.jti,
    hash: null,
    sourcePat: src?.kind === 'pat' ? src.id : null,
    sourceTokenId: src?.kind === 'grant' ? src.jti : null,
    keyThumbprint: claims.cnf?.jkt ?? null,
    signedBy: kid,
    ...(claims.act === undefined ? {} : { act: claims.act }),
  };
  return { principal, audience: claims.aud, usableUntilSeconds: claims.exp + clockToleranceSeconds };
}
