import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { WallClock } from '@latchkey/clock';
import { proofAlgorithms } from '@latchkey/oauth';
import { Problem } from '@latchkey/problem';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { looksLikeJws } from './compact-jws.ts';
import type { UsedProofs } from './used-proofs.ts';

/** How far the clock of a client may be off, and how long a proof may be on its way. */
const windowSeconds = 300;
/** A proof holds a key, a URL and a few numbers. */
const maxLength = 4096;

const claimsSchema = z.object({ jti: z.string().min(1).max(512), htm: z.string(), htu: z.string().max(2048), iat: z.number(), ath: z.string() });

/** What a request has to prove. */
export interface Bound {
  scheme: 'bearer' | 'dpop';
  token: string;
  /** Of the key in the token's `cnf.jkt`; null for a token that is bound to none */
  thumbprint: string | null;
  /** Public URL of the request, without its query */
  url: string;
}

const refuse = (detail: string, cause?: unknown): Problem => new Problem('proof_invalid', { detail, cause });

/** Checks that whoever presents a token holds the key that it is bound to (RFC 9449 section 4.3, GW-26). */
export class ProofOfPossession {
  constructor(private readonly options: { used: UsedProofs; clock: WallClock }) {}

  /** @throws Problem `proof_invalid`, `token_malformed` for a token without a key, `state_stale` when nobody can say whether a proof is new */
  async require(request: IncomingMessage, { scheme, token, thumbprint, url }: Bound): Promise<void> {
    if (thumbprint === null) throw new Problem('token_malformed', { detail: 'This token is not bound to a key: it is sent as Bearer.' });
    // Section 7.2: a bound token that were accepted as Bearer would be worth as much to a thief as any other.
    if (scheme === 'bearer') throw refuse('This token is bound to a key: it is sent with the DPoP scheme and a proof.');
    const nowSeconds = this.options.clock.nowSeconds();
    const { claims, jwk } = await this.verified(proofOf(request));
    if (claims.htm !== request.method) throw refuse('The proof is for another method.');
    if (!isSameUrl(claims.htu, url)) throw refuse('The proof is for another URL.');
    if (Math.abs(nowSeconds - claims.iat) > windowSeconds) throw refuse('The proof is too old, or from the future.');
    if (claims.ath !== hash('sha256', token, 'base64url')) throw refuse('The proof is for another token.');
    if ((await calculateJwkThumbprint(jwk)) !== thumbprint) throw refuse('The proof is of another key.');
    // Last, so that only what is good in every other way takes room: as long as the window would let it in again.
    const isNew = await this.options.used.claim(hash('sha256', `${thumbprint}.${claims.jti}`, 'base64url'), claims.iat + windowSeconds);
    if (!isNew) throw refuse('The proof was used before.');
  }

  /** Type, algorithm, a key without private parts, and the signature by it. */
  private async verified(proof: string) {
    try {
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: [...proofAlgorithms],
        currentDate: new Date(this.options.clock.nowMs()),
      });
      if (protectedHeader.jwk === undefined) throw new Error('there is no key in the proof');
      return { claims: claimsSchema.parse(payload), jwk: protectedHeader.jwk };
    } catch (cause) {
      throw refuse('The proof cannot be verified.', cause);
    }
  }
}

/** The one header: Node joins several with commas, and then they are no JWT. */
function proofOf({ headers }: IncomingMessage): string {
  const proof = headers['dpop'];
  if (proof === undefined) throw refuse('There is no DPoP header.');
  if (typeof proof !== 'string' || proof.length > maxLength || !looksLikeJws(proof)) throw refuse('The DPoP header is not one JWT.');
  return proof;
}

/** Section 4.3, point 9: without query and fragment, and after the normalization that every URL parser does (RFC 3986 section 6.2.2). */
function isSameUrl(htu: string, url: string): boolean {
  if (htu === url) return true;
  if (!URL.canParse(htu)) return false;
  const named = new URL(htu);
  named.search = '';
  named.hash = '';
  return named.href === new URL(url).href;
}
