import type { ErrorCode } from '@latchkey/contracts';
import type { WallClock } from '@latchkey/clock';
import type { Replica } from '@latchkey/feed-replica';
import { clockToleranceSeconds } from './access-token.ts';
import type { Principal } from './principal.ts';

type Facts = Pick<Replica, 'patByHash' | 'user' | 'org' | 'client' | 'membership' | 'isGrantRevoked' | 'isSessionEnded' | 'isTokenRevoked'>;

/** GW-25: an epoch kills what was issued at or before it; whole seconds, and a tie is dead. */
const killedBy = (epoch: number | null | undefined, issuedAtSeconds: number): boolean =>
  epoch !== null && epoch !== undefined && issuedAtSeconds <= epoch;

/** Tells whether a credential still lives: at every request, cache hit or not, and again for open streams whenever something changes. */
export class Liveness {
  constructor(
    private readonly facts: Facts,
    private readonly clock: WallClock,
  ) {}

  /**
   * Why the credential is dead; null while it lives. Revoked comes before expired, and both before the owner: the most final first.
   * Hot path: lookups in memory only.
   */
  causeOfDeath(principal: Principal): ErrorCode | null {
    return this.revoked(principal) ?? this.expired(principal) ?? this.ownerGone(principal);
  }

  private revoked(principal: Principal): ErrorCode | null {
    const { facts } = this;
    const { subject, org, clientId, issuedAtSeconds: issued, grantId, sessionId, hash } = principal;
    if (hash !== null) {
      const record = facts.patByHash(hash);
      // Absence means refuse.
      if (record === undefined) return 'token_unknown';
      if (record.revokedAt !== null) return 'token_revoked';
    } else {
      const named =
        facts.isTokenRevoked(principal.id) ||
        (grantId !== null && facts.isGrantRevoked(grantId)) ||
        (sessionId !== null && facts.isSessionEnded(sessionId));
      if (named) return 'token_revoked';
    }
    const client = clientId === null ? undefined : facts.client(clientId);
    const dead =
      client?.disabled === true ||
      killedBy(client?.epoch, issued) ||
      killedBy(facts.user(subject)?.epoch, issued) ||
      (org !== null && (killedBy(facts.org(org)?.epoch, issued) || killedBy(facts.membership(subject, org)?.epoch, issued)));
    return dead ? 'token_revoked' : null;
  }

  private expired({ expiresAtSeconds, kind }: Principal): ErrorCode | null {
    if (expiresAtSeconds === null) return null;
    // Tolerance is for the clock of another issuer; a PAT's expiry is compared exactly.
    const tolerance = kind === 'access_token' ? clockToleranceSeconds : 0;
    return this.clock.nowSeconds() >= expiresAtSeconds + tolerance ? 'token_expired' : null;
  }

  private ownerGone({ subject, org }: Principal): ErrorCode | null {
    const { facts } = this;
    if (facts.user(subject)?.disabled === true) return 'owner_disabled';
    if (org === null) return null;
    return facts.org(org)?.disabled === true || facts.membership(subject, org) === undefined ? 'owner_disabled' : null;
  }
}
