import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { domainOfEmail } from './domain-name.ts';

export interface DomainOwner {
  org: string;
  autoJoin: boolean;
}

export const ownerOfDomain = {
  name: 'domain-owner',
  text: `SELECT d.org, d.auto_join AS "autoJoin" FROM domains d JOIN organizations o ON o.slug = d.org AND o.disabled_at IS NULL
    WHERE d.domain = $1 AND d.verified_at IS NOT NULL`,
};

/** Whose a domain is: of the organization that has proven it, and of no other. */
@Injectable()
export class FindDomain {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** The organization that an address belongs to; exactly its domain counts, none above it. @returns null where nobody has proven it */
  async ownerOf(email: string): Promise<DomainOwner | null> {
    const domain = domainOfEmail(email);
    if (domain === null) return null;
    const rows = await this.unitOfWork.look<DomainOwner>(ownerOfDomain, [domain]);
    return rows[0] ?? null;
  }
}
