import type { Domain } from '@latchkey/contracts';
import type { DomainEntity } from './domain.entity.ts';

/** The name at which the proof is looked for: not the domain itself, whose TXT records have other readers. */
export const challengeName = (domain: string): string => `_latchkey-challenge.${domain}`;

/** A domain as the API shows it. */
export function presentDomain({ org, domain, challenge, autoJoin, createdAt, verifiedAt, checkedAt, lastOutcome }: DomainEntity): Domain {
  return {
    org,
    domain,
    status: verifiedAt === null ? 'pending' : 'verified',
    challenge: { name: challengeName(domain), type: 'TXT', value: challenge },
    autoJoin,
    createdAt: createdAt.toISOString(),
    verifiedAt: verifiedAt?.toISOString() ?? null,
    lastCheck: checkedAt === null || lastOutcome === null ? null : { at: checkedAt.toISOString(), outcome: lastOutcome },
  };
}
