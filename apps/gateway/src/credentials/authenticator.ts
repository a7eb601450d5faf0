import type { IncomingMessage } from 'node:http';
import { Problem } from '@latchkey/problem';
import { looksLikeJwt, type AccessTokenReader } from './access-token.ts';
import { readBearer } from './bearer.ts';
import type { Liveness } from './liveness.ts';
import type { PersonalAccessTokenReader } from './personal-access-token.ts';
import type { Principal } from './principal.ts';

/** Reads whichever credential a request carries, and finds out whether it lives. */
export class Authenticator {
  constructor(
    private readonly pats: PersonalAccessTokenReader,
    private readonly accessTokens: AccessTokenReader,
    private readonly liveness: Liveness,
  ) {}

  /**
   * @returns null for a request without a credential
   * @throws Problem 400 `invalid_request`, or a 401 code: the reason why this credential is not accepted here
   */
  async authenticate(request: IncomingMessage, resource: string): Promise<Principal | null> {
    const text = readBearer(request);
    if (text === null) return null;
    const principal = this.pats.claims(text) ? this.pats.read(text) : await this.readJwt(text, resource);
    const cause = this.liveness.causeOfDeath(principal);
    if (cause !== null) throw new Problem(cause);
    return principal;
  }

  /** GW-21: what has neither shape costs no further work. */
  private readJwt(text: string, resource: string): Promise<Principal> {
    if (!looksLikeJwt(text)) throw new Problem('token_malformed');
    return this.accessTokens.read(text, resource);
  }
}
