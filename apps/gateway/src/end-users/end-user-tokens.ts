import { hash } from 'node:crypto';
import type { WallClock } from '@latchkey/clock';
import { printable, type EndUserIssuerRecord } from '@latchkey/contracts';
import type { Replica } from '@latchkey/feed-replica';
import { Problem } from '@latchkey/problem';
import { KeysUnavailable, type IssuerKeys } from '@latchkey/outbound';
import { decodeJwt, jwtVerify } from 'jose';
import { z } from 'zod';
import { VerifiedTokens } from '../credentials/verified-tokens.ts';
import type { EndUser } from './end-user.ts';

const toleranceSeconds = 30;
const maxLength = 8192;
const claimsSchema = z.object({ sub: z.string().min(1).max(255).regex(printable), exp: z.number() });

interface Verified {
  record: EndUserIssuerRecord;
  endUser: EndUser;
  usableUntilSeconds: number;
}

const refuse = (why: string, cause?: unknown): Problem => new Problem('invalid_request', { detail: `X-User-Token: ${why}.`, cause });

/** Reads `X-User-Token`: a JWT of an issuer that the caller's organization registered, for the audience that it registered it with. */
export class EndUserTokens {
  private readonly verified = new VerifiedTokens<Verified>(10_000);

  constructor(private readonly options: { replica: Pick<Replica, 'endUserIssuers'>; keys: IssuerKeys; clock: WallClock }) {}

  /**
   * What was verified once is looked at again for its end and for its issuer, which may have been revoked or registered anew.
   * @throws Problem `invalid_request`, never 401: the caller's own credential is as good as before; `upstream_unavailable` while the issuer's keys cannot be had
   */
  async read(token: string, org: string | null): Promise<EndUser> {
    const { replica, clock } = this.options;
    if (org === null || token.length > maxLength) throw refuse('it cannot be read here');
    const issuers = replica.endUserIssuers(org);
    const digest = hash('sha256', `${org} ${token}`, 'binary');
    let found = this.verified.get(digest);
    if (found === undefined || !issuers.includes(found.record)) {
      found = await this.verify(token, issuers);
      this.verified.set(digest, found);
    }
    if (clock.nowSeconds() >= found.usableUntilSeconds) throw refuse('it has expired');
    return found.endUser;
  }

  private async verify(token: string, issuers: readonly EndUserIssuerRecord[]): Promise<Verified> {
    const { keys, clock } = this.options;
    const record = issuers.find(({ issuer }) => issuer === issuerOf(token));
    // One answer for an issuer that nobody registered and a signature that is none of its: which issuers there are is nobody's business.
    const unknown = 'it is of no issuer that the organization registered, or not for the audience that it registered';
    if (record === undefined) throw refuse(unknown);
    const { issuer, audience, jwksUri, id } = record;
    try {
      const { payload } = await jwtVerify(token, keys.of(jwksUri), { algorithms: ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'], issuer, audience, clockTolerance: toleranceSeconds, currentDate: new Date(clock.nowMs()) });
      const claims = claimsSchema.parse(payload);
      return { record, endUser: { issuerId: id, issuer, subject: claims.sub }, usableUntilSeconds: claims.exp + toleranceSeconds };
    } catch (error) {
      if (error instanceof KeysUnavailable) throw new Problem('upstream_unavailable', { status: 503, detail: 'The keys of the issuer of X-User-Token cannot be fetched at the moment.', headers: { 'retry-after': '5' }, cause: error });
      throw refuse((error as { code?: string }).code === 'ERR_JWT_EXPIRED' ? 'it has expired' : unknown, error);
    }
  }
}

function issuerOf(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null;
  } catch {
    return null;
  }
}
