import { identityAssertionClaimsSchema, identityAssertionType, type IdentityAssertionClaims } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';

export interface AssertionVerifierOptions {
  /** Public URL of the gateway: the only issuer that is believed. */
  issuer: string;
  /** Our own URL, as the gateway forwards to it. */
  audience: string;
  /** The gateway's public keys. */
  jwksUrl: string;
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
      const ours = error instanceof errors.JWKSTimeout || error instanceof TypeError || (error as { code?: string }).code === 'ERR_JOSE_GENERIC';
      throw new Problem(ours ? 'state_stale' : 'token_malformed', { cause: error });
    }
  }
}
