import type { IdentityAssertionClaims, RemovedMember } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { isUserId } from '../accounts/user-id.ts';
import { actorOf } from '../audit/record-audit.ts';
import { administratedOrg } from './administrated-org.ts';
import { ActingMember } from './acting-member.ts';
import { FindRole } from './find-role.ts';
import { RemoveMember } from './remove-member.ts';

/** Removes a member in the name of somebody who may. */
@Injectable()
export class DismissMember {
  constructor(
    private readonly actingMember: ActingMember,
    private readonly findRole: FindRole,
    private readonly removeMember: RemoveMember,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `insufficient_role`, `conflict` for the last owner */
  async run(caller: IdentityAssertionClaims, userId: string): Promise<RemovedMember> {
    const acting = await this.actingMember.run(caller, 'org:admin');
    const org = administratedOrg(acting);
    if (!isUserId(userId)) throw new Problem('not_found');
    const dismissed = await this.findRole.inOrg(userId, org);
    if (dismissed?.role === 'owner' && acting.role !== 'owner') throw new Problem('insufficient_role', { detail: 'Only an owner may remove an owner.' });
    return { user: userId, ...(await this.removeMember.run({ userId, org }, actorOf(caller))) };
  }
}
