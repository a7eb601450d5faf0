import type { RemovedMember } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull } from 'typeorm';
import { isUserId } from '../accounts/user-id.ts';
import { requireStanding, type Acting } from './acting.ts';
import { administratedOrg } from './administrated-org.ts';
import { lockMemberships } from './member-record.ts';
import { requireRank } from './member-rules.ts';
import { MemberEntity } from './member.entity.ts';
import { RemoveMember } from './remove-member.ts';

/** Removes a member in the name of somebody who may. */
@Injectable()
export class DismissMember {
  constructor(
    private readonly dataSource: DataSource,
    private readonly removeMember: RemoveMember,
  ) {}

  /** @throws Problem `not_found`, `insufficient_role`, `conflict` for the last owner */
  async run(acting: Acting, userId: string): Promise<RemovedMember> {
    const org = administratedOrg(acting.member);
    if (!isUserId(userId)) throw new Problem('not_found');
    return this.dataSource.transaction(async (manager) => {
      await lockMemberships(manager, userId, org);
      await requireStanding(manager, acting);
      const row = await manager.findOneBy(MemberEntity, { userId, org, removedAt: IsNull() });
      if (row === null) throw new Problem('not_found');
      requireRank(acting.member, { before: row.role, after: 'member', projects: [] });
      return { user: userId, ...(await this.removeMember.run({ userId, org }, acting.by, manager)) };
    });
  }
}
