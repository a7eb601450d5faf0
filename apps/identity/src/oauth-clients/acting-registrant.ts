import type { IdentityAssertionClaims } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import type { Acting } from '../organizations/acting.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import type { Membership } from '../organizations/find-role.ts';
import { requirePerson } from '../organizations/require-person.ts';
import { FindPolicy } from '../policies/find-policy.ts';

/** A client as far as it matters who may touch it. */
interface Touched {
  machine: unknown;
  createdBy: string | null;
}

/** Who may register, change and remove clients of an organization. A client is a credential, so it takes the scope that keys take. */
@Injectable()
export class ActingRegistrant {
  constructor(
    private readonly actingMember: ActingMember,
    private readonly findPolicy: FindPolicy,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found` for any organization but the credential's own */
  acting(caller: IdentityAssertionClaims, org?: string): Promise<Acting> {
    return this.actingMember.acting(caller, 'keys:write', org);
  }

  /**
   * Administrators may touch every client; a member only their own, where the organization lets members register at all. A machine acts
   * with a role of its own, so whoever touches one must be allowed to give roles.
   * @throws Problem `insufficient_role`, `policy_violation`, and `insufficient_scope` for a machine
   */
  async require(caller: IdentityAssertionClaims, member: Membership, client: Touched): Promise<void> {
    if (client.machine !== null) {
      administratedOrg(await this.actingMember.run(caller, ['keys:write', 'org:admin'], member.org));
      return;
    }
    if (member.role !== 'member') return;
    requirePerson(caller, 'A client belongs to the person who registered it, or to who administers the organization.');
    const { clientRegistration } = await this.findPolicy.of(member.org);
    if (clientRegistration !== 'members') {
      throw new Problem('policy_violation', { detail: 'In this organization only administrators register OAuth clients.' });
    }
    if (client.createdBy !== caller.sub) throw new Problem('insufficient_role', { detail: 'Only whoever registered a client, or an administrator, may do this.' });
  }
}
