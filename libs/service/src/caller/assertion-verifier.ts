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
}

/** Faults of the assertion itself; whatever else fails while it is checked (the network, the key set) is our own trouble. */
function saysSomethingOfTheToken(error: unknown): boolean {
  if (error instanceof z.ZodError) return true;
  return error instanceof errors.JOSEError && /^ERR_(JWT|JWS|JOSE_ALG|JOSE_NOT|JWKS_NO_MATCHING)/.test(error.code);
}

/** Reads the assertion by which the gateway tells a service who is calling (GW-82). */
export class AssertionVerifier {
  private readonly keys: JWTVerifyGetKey;

  constructor(private readonly options: AssertionVerifierOptions) {
    this.keys = createRemoteJWKSet(new URL(options.jwksUrl), { timeoutDuration: 2_000, cooldownDuration: 1_000 });
  }

  /**
   * @throws Problem `token_missing`, or `token_malformed` for whatever is wrong with it; `state_stale` when the keys cannot be fetched,
   *   because that says nothing about the caller
   */
  async verify(assertion: string | undefined): Promise<IdentityAssertionClaims> {
    if (assertion === undefined || assertion === '') throw new Problem('token_missing');
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
