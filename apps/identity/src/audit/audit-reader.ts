import type { IdentityAssertionClaims } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { ActingMember } from '../organizations/acting-member.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { requirePerson } from '../organizations/require-person.ts';

/** Who may read what of the log. */
@Injectable()
export class AuditReader {
  constructor(private readonly actingMember: ActingMember) {}

  /** @returns the organization whose log may be read as a whole @throws Problem `insufficient_scope`, `not_found`, `insufficient_role` */
  async whole(caller: IdentityAssertionClaims, org: string | undefined): Promise<string> {
    return administratedOrg(await this.actingMember.run(caller, 'audit:read', org));
  }

  /** What a member did, and what happened to the member's account, is for every member. @throws Problem `insufficient_scope`, `not_found` */
  async own(caller: IdentityAssertionClaims, org: string | undefined): Promise<string> {
    return (await this.actingMember.run(caller, 'audit:read', org)).org;
  }

  /** What happened to the caller's account, which belongs to no organization. @throws Problem `insufficient_scope`, `not_found`, `insufficient_role` */
  async account(caller: IdentityAssertionClaims, org: string | undefined): Promise<void> {
    await this.actingMember.run(caller, 'audit:read', org);
    requirePerson(caller, 'Only a person has an account.');
  }
}
