import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Problem } from '@latchkey/problem';
import type { Confirmed } from '../freshness/confirmed.ts';
import type { Doubts } from '../freshness/doubts.ts';
import { nothing } from '../freshness/prover.ts';
import { beginsAsJwt, looksLikeJwt, type AccessTokenReader } from './access-token.ts';
import { checkCharacters, readAuthorization, type Presented } from './authorization-header.ts';
import { DeadCredential } from './dead-credential.ts';
import { isFinal, type Liveness } from './liveness.ts';
import type { PersonalAccessTokenReader } from './personal-access-token.ts';
import { patOf, type Principal } from './principal.ts';
import type { ProofOfPossession } from './proof-of-possession.ts';

/** What a token must have been issued for, and a proof of possession have been made for. */
export interface Target {
  resource: string;
  /** Or for this one */
  otherResource?: string;
  /** Public URL of the request, without its query */
  url: string;
}

export interface Authenticated {
  principal: Principal;
  /** What a writer had to be asked for; usually nothing */
  confirmed: Confirmed;
}

/** Reads whichever credential a request carries, and finds out whether it lives. How fresh that knowledge is, is not asked here. */
export class Authenticator {
  constructor(
    private readonly pats: PersonalAccessTokenReader,
    private readonly accessTokens: AccessTokenReader,
    private readonly liveness: Liveness,
    private readonly doubts: Doubts,
    private readonly proofs: ProofOfPossession,
  ) {}

  /**
   * @param admit  called before anybody is asked about a credential that is not known here; may throw
   * @param urlToken  what stood in the URL, where this server takes one there
   * @returns null for a request without a credential
   * @throws Problem 400 `invalid_request`, a 401 code: the reason why this credential is not accepted here, or 503 `state_stale`
   */
  authenticate(request: IncomingMessage, target: Target, admit: () => Promise<void>, urlToken?: string): Authenticated | Promise<Authenticated> | null {
    const presented = readAuthorization(request);
    if (urlToken !== undefined) return this.authenticateUrl(urlToken, request, admit);
    if (presented === null) return null;
    if (!this.pats.claims(presented.token)) return this.authenticateJwt(presented, request, target, admit);
    // A key is bound to nothing: a client that believes otherwise must not be left in that belief.
    if (presented.scheme !== 'bearer') throw new Problem('token_malformed', { detail: 'A personal access token is sent as Bearer.' });
    return this.authenticatePat(presented.token, admit, checkCharacters);
  }

  /** A key, which can be kept to this server and revoked alone. An access token has no business in a URL (RFC 6750 section 5.3). */
  private authenticateUrl(text: string, { headers }: IncomingMessage, admit: () => Promise<void>): Authenticated | Promise<Authenticated> {
    if (headers.authorization !== undefined) throw new Problem('invalid_request', { detail: 'One credential a request: in the URL or in the Authorization header.', error: 'invalid_request' });
    if (!this.pats.claims(text)) throw new Problem('token_malformed', { detail: 'Only a personal access token is taken from the URL.' });
    return this.authenticatePat(text, admit);
  }

  /** @param check  what is asked first of one that is not known here */
  private authenticatePat(text: string, admit: () => Promise<void>, check?: (text: string) => void): Authenticated | Promise<Authenticated> {
    const digest = this.pats.hashOf(text);
    const principal = digest === null ? null : this.pats.find(digest);
    if (principal !== null && this.lives(principal)) return { principal, confirmed: nothing };
    if (principal === null) check?.(text);
    if (digest === null) throw new Problem('token_malformed');
    if (principal === null) this.pats.check(text);
    return this.doubts.settle({ pat: { hash: digest }, look: () => this.pats.find(digest), key: digest }, admit);
  }

  /** Hot path: a bearer token that was verified before is read at once. */
  private authenticateJwt(presented: Presented, request: IncomingMessage, target: Target, admit: () => Promise<void>): Authenticated | Promise<Authenticated> {
    // What begins as nearly every token does may be one that was verified before, whose shape was looked at then.
    const known = beginsAsJwt(presented.token) ? this.accessTokens.known(presented.token, target.resource, target.otherResource) : null;
    if (known !== null && known.keyThumbprint === null && presented.scheme === 'bearer') return this.admitJwt(known, presented.token, admit);
    if (known === null) checkCharacters(presented.token);
    // GW-21: what has neither shape costs no further work.
    if (known === null && !looksLikeJwt(presented.token)) throw new Problem('token_malformed');
    return this.authenticateOther(known, presented, request, target, admit);
  }

  private async authenticateOther(known: Principal | null, { scheme, token: text }: Presented, request: IncomingMessage, target: Target, admit: () => Promise<void>): Promise<Authenticated> {
    const principal = known ?? (await this.accessTokens.read(text, target.resource, target.otherResource));
    if (principal.keyThumbprint !== null || scheme !== 'bearer') await this.proofs.require(request, { scheme, token: text, thumbprint: principal.keyThumbprint, url: target.url });
    return this.admitJwt(principal, text, admit);
  }

  private admitJwt(principal: Principal, text: string, admit: () => Promise<void>): Authenticated | Promise<Authenticated> {
    if (this.lives(principal)) return { principal, confirmed: nothing };
    return this.doubts.settle({ pat: patOf(principal), look: () => principal, key: hash('sha256', text, 'base64url') }, admit);
  }

  /** @returns false where only absence speaks against it @throws Problem for a death that nothing undoes */
  private lives(principal: Principal): boolean {
    const death = this.liveness.causeOfDeath(principal);
    if (death !== null && isFinal(death)) throw new DeadCredential(death, principal);
    return death === null;
  }
}
