import { admitsAddress, type Membership } from '@latchkey/access';
import type { PatRecord } from '@latchkey/contracts';
import { WallClock } from '@latchkey/clock';
import { looksLikeToken, readToken, servicePrefix } from '@latchkey/token';
import { Inject, Injectable } from '@nestjs/common';
import { AnswerAsk } from '../asking/answer-ask.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { AskKeys } from './ask-keys.ts';

export interface StandingPat {
  pat: PatRecord;
  /** What its owner may in its organization at this moment */
  membership: Membership;
}

/** A personal access token by the sources of truth: the key service for the key, our own tables for its owner. */
@Injectable()
export class FindPat {
  constructor(
    private readonly askKeys: AskKeys,
    private readonly answerAsk: AnswerAsk,
    private readonly clock: WallClock,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  looksLikeOne(token: string): boolean {
    return looksLikeToken(token, servicePrefix) || looksLikeToken(token, this.env.LATCHKEY_TOKEN_PREFIX);
  }

  /**
   * @param address  of whoever presents it: a key that is bound to addresses is good from those only. Null where it is only asked about
   * @returns null for a key that is not good, whatever is wrong with it
   * @throws TemporarilyUnavailable (503) when the key service cannot be asked
   */
  async run(token: string, address: string | null): Promise<StandingPat | null> {
    const hash = this.hashOf(token);
    const answer = hash === null ? null : await this.askKeys.run({ hash });
    if (answer?.active !== true) return null;
    const { pat } = answer;
    if (address !== null && !admitsAddress(pat.allowedIps, address)) return null;
    if (pat.expiresAt !== null && this.clock.nowSeconds() >= pat.expiresAt) return null;
    // The same question that a gateway asks when it cannot prove what it knows, and so the same answer.
    const owner = await this.answerAsk.run({ sub: pat.owner, org: pat.org, iat: pat.mintedAt, client_id: null, gid: null, sid: null, jti: null, src_jti: null, ...(pat.service === undefined ? {} : { service: true }) });
    return owner.active && owner.membership !== null ? { pat, membership: owner.membership } : null;
  }

  /** A typing error is known by its checksum, and nobody is asked about it. */
  private hashOf(token: string): string | null {
    try {
      return readToken(token, looksLikeToken(token, servicePrefix) ? servicePrefix : this.env.LATCHKEY_TOKEN_PREFIX).hash;
    } catch {
      return null;
    }
  }
}
