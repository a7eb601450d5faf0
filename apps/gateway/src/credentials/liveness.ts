import { causeOfDeath, isWithin, type Death, type IdentityFacts } from '@latchkey/access';
import type { PatRecord } from '@latchkey/contracts';
import type { WallClock } from '@latchkey/clock';
import { saysNothing, type Confirmed } from '../freshness/confirmed.ts';
import { clockToleranceSeconds } from './access-token.ts';
import type { Principal } from './principal.ts';

type Facts = IdentityFacts & { changes: number; isEnded(pat: PatRecord): boolean; patByHash(hash43: string): PatRecord | undefined; patById(id: string): PatRecord | undefined };

/** Deaths that no later word undoes, so that whoever has heard of one needs no proof of having heard the latest. Absence is none. */
const final: ReadonlySet<string> = new Set<Death>(['token_revoked', 'token_expired']);
export const isFinal = (death: Death): boolean => final.has(death);

/** Tells whether a credential still lives: at every request, cache hit or not, and again for open streams whenever something changes. */
export class Liveness {
  /** After which change of the facts nothing was found against a credential; its expiry is not among them. */
  private readonly standing = new WeakMap<Principal, number>();

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
    if (principal.sourcePat !== null) return this.deathWithSource(principal, principal.sourcePat, confirmed);
    const { changes } = this.facts;
    const isExpired = this.isExpired(principal);
    // Nothing has arrived since: what did not speak against it then does not now.
    if (this.standing.get(principal) === changes && saysNothing(confirmed)) return isExpired ? 'token_expired' : null;
    const pat = hash === null ? null : (this.facts.patByHash(hash) ?? confirmed?.keys?.answer.pat);
    const death = this.judge(principal, pat, isExpired, confirmed);
    if (death === null && saysNothing(confirmed)) this.standing.set(principal, changes);
    return death;
  }

  /**
   * A token that was exchanged for a key dies with it, ends with it, and when it would be allowed what the key no longer is: what was
   * taken from a key must not live on in what was cut from it (AS-83).
   */
  private deathWithSource(principal: Principal, sourcePat: string, confirmed: Confirmed | undefined): Death | null {
    const told = confirmed?.keys?.answer.pat;
    const pat = this.facts.patById(sourcePat) ?? told;
    const ended = pat !== undefined && pat.expiresAt !== null && this.clock.nowSeconds() >= pat.expiresAt;
    const death = this.judge(principal, pat, ended || this.isExpired(principal), confirmed);
    if (death !== null) return death;
    return [pat, told].every((source) => source === undefined || isWithin(principal, source)) ? null : 'token_revoked';
  }

  private judge(principal: Principal, pat: PatRecord | null | undefined, expired: boolean, confirmed: Confirmed | undefined): Death | null {
    if (pat !== null && pat !== undefined && this.facts.isEnded(pat)) return 'token_revoked';
    const death = causeOfDeath(principal, this.facts, pat, expired);
    return death === 'owner_disabled' && confirmed?.identity !== undefined ? null : death;
  }

  private isExpired({ expiresAtSeconds, kind }: Principal): boolean {
    if (expiresAtSeconds === null) return false;
    // Tolerance is for the clock of another issuer; a PAT's expiry is compared exactly.
    const tolerance = kind === 'access_token' ? clockToleranceSeconds : 0;
    return this.clock.nowSeconds() >= expiresAtSeconds + tolerance;
  }
}
