import { hash } from 'node:crypto';
import { identityAssertionClaimsSchema, identityAssertionType, type IdentityAssertionClaims } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

export interface AssertionVerifierOptions {
  /** Public URL of the gateway: the only issuer that is believed. */
  issuer: string;
  /** Our own URL, as the gateway forwards to it. */
  audience: string;
  /** The gateway's public keys. */
  jwksUrl: string;
  /** Milliseconds since 1970; tests move it. */
  nowMs?: () => number;
}

const rememberedLimit = 10_000;

/** Faults of the assertion itself; whatever else fails while it is checked (the network, the key set) is our own trouble. */
function saysSomethingOfTheToken(error: unknown): boolean {
  if (error instanceof z.ZodError) return true;
  return error instanceof errors.JOSEError && /^ERR_(JWT|JWS|JOSE_ALG|JOSE_NOT|JWKS_NO_MATCHING)/.test(error.code);
}

/** Reads the assertion by which the gateway tells a service who is calling (GW-82). */
export class AssertionVerifier {
  private readonly keys: JWTVerifyGetKey;
  /** Until they end, a minute at most: a gateway sends one for many requests. A key that the gateways withdraw is believed for as long. */
  private readonly remembered = new Map<string, { claims: IdentityAssertionClaims; untilMs: number }>();
  private readonly nowMs: () => number;

  constructor(private readonly options: AssertionVerifierOptions) {
    this.keys = createRemoteJWKSet(new URL(options.jwksUrl), { timeoutDuration: 2_000, cooldownDuration: 1_000 });
    this.nowMs = options.nowMs ?? Date.now;
  }

  /**
   * @throws Problem `token_missing`, or `token_malformed` for whatever is wrong with it; `state_stale` when the keys cannot be fetched,
   *   because that says nothing about the caller
   */
  async verify(assertion: string | undefined): Promise<IdentityAssertionClaims> {
    if (assertion === undefined || assertion === '') throw new Problem('token_missing');
    const digest = hash('sha256', assertion, 'binary');
    const known = this.remembered.get(digest);
    if (known !== undefined && this.nowMs() < known.untilMs) return known.claims;
    const claims = await this.verifyNow(assertion);
    if (this.remembered.size >= rememberedLimit) this.remembered.clear();
    this.remembered.set(digest, { claims, untilMs: Math.min(claims.exp * 1000, this.nowMs() + 60_000) });
    return claims;
  }

  private async verifyNow(assertion: string): Promise<IdentityAssertionClaims> {
    try {
      const { payload } = await jwtVerify(assertion, this.keys, {
        issuer: this.options.issuer,
        audience: this.options.audience,
        typ: identityAssertionType,
        algorithms: ['ES256'],
        clockTolerance: 30,
        maxTokenAge: 90,
      });
      return identityAssertionClaimsSchema.parse(payload);
    } catch (error) {
      if (saysSomethingOfTheToken(error)) throw new Problem('token_malformed', { cause: error });
      throw new Problem('state_stale', { cause: error, headers: { 'retry-after': '1' } });
    }
  }
}
