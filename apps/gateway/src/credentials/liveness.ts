import { causeOfDeath, type Death, type IdentityFacts } from '@latchkey/access';
import type { PatRecord } from '@latchkey/contracts';
import type { WallClock } from '@latchkey/clock';
import type { Confirmed } from '../freshness/confirmed.ts';
import { clockToleranceSeconds } from './access-token.ts';
import type { Principal } from './principal.ts';

type Facts = IdentityFacts & { patByHash(hash43: string): Pick<PatRecord, 'revokedAt'> | undefined };

/** Deaths that no later word undoes, so that whoever has heard of one needs no proof of having heard the latest. Absence is none. */
const final: ReadonlySet<string> = new Set<Death>(['token_revoked', 'token_expired']);
export const isFinal = (death: Death): boolean => final.has(death);

/** Tells whether a credential still lives: at every request, cache hit or not, and again for open streams whenever something changes. */
export class Liveness {
  constructor(
    private readonly facts: Facts,
    private readonly clock: WallClock,
  ) {}

  /**
   * Why the credential is dead; null while it lives. Hot path: lookups in memory only.
   * @param confirmed  what the writers themselves said of it, newer than the replica. It brings to life what the replica has not heard
   *   of; a revocation that the replica has heard of stands in any case.
   */
  causeOfDeath(principal: Principal, confirmed?: Confirmed): Death | null {
    const { hash } = principal;
    const pat = hash === null ? null : (this.facts.patByHash(hash) ?? confirmed?.keys?.answer.pat);
    const death = causeOfDeath(principal, this.facts, pat, this.isExpired(principal));
    return death === 'owner_disabled' && confirmed?.identity !== undefined ? null : death;
  }

  private isExpired({ expiresAtSeconds, kind }: Principal): boolean {
    if (expiresAtSeconds === null) return false;
    // Tolerance is for the clock of another issuer; a PAT's expiry is compared exactly.
    const tolerance = kind === 'access_token' ? clockToleranceSeconds : 0;
    return this.clock.nowSeconds() >= expiresAtSeconds + tolerance;
  }
}
