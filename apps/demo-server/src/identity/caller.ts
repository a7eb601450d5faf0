import { identityAssertionClaimsSchema, identityAssertionType, identityHeader, type IdentityAssertionClaims } from '@latchkey/contracts';
import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';

/** What a request says about its caller, and whether that can be believed. */
export type Caller =
  | { status: 'verified'; claims: IdentityAssertionClaims }
  | { status: 'unverified'; reason: string }
  | { status: 'anonymous'; reason: string };

export interface CallerReaderOptions {
  /** Public URL of the gateway: the issuer of assertions, and where its keys are published. */
  gatewayUrl: string | undefined;
  /** This server's URL as it is registered at the gateway: an assertion made out to another upstream is not for us. */
  audience: string;
}

/**
 * Reads the `Latchkey-Identity` assertion of a request. This is all that an upstream has to do to know its caller: fetch the gateway's
 * public keys once, check signature, type, issuer, audience and expiry, and look at the claims.
 */
export class CallerReader {
  readonly #options: CallerReaderOptions;
  readonly #keys: JWTVerifyGetKey | undefined;

  constructor(options: CallerReaderOptions) {
    this.#options = options;
    if (options.gatewayUrl !== undefined) this.#keys = createRemoteJWKSet(new URL(`${options.gatewayUrl}/.well-known/jwks.json`));
  }

  async read(headers: Headers | undefined): Promise<Caller> {
    const assertion = headers?.get(identityHeader) ?? null;
    if (assertion === null) return { status: 'anonymous', reason: 'The request carries no Latchkey-Identity header: it did not come through a gateway.' };
    if (this.#keys === undefined) return { status: 'unverified', reason: 'LATCHKEY_GATEWAY_URL is not set, so there are no keys to verify the assertion with.' };
    try {
      const { payload } = await jwtVerify(assertion, this.#keys, {
        typ: identityAssertionType,
        issuer: this.#options.gatewayUrl,
        audience: this.#options.audience,
        algorithms: ['ES256'],
      });
      return { status: 'verified', claims: identityAssertionClaimsSchema.parse(payload) };
    } catch (error) {
      return { status: 'unverified', reason: `The assertion is not valid: ${(error as { code?: string }).code ?? 'it could not be read'}.` };
    }
  }
}
