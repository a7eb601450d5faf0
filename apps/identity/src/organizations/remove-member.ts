import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { byIdentity, recordAudit } from '../audit/record-audit.ts';
import { lockMemberships, memberRecord, requireAnOwner } from './member-record.ts';
import { MemberEntity, ProjectMemberEntity } from './member.entity.ts';

/** Ends a membership; what was issued under it stays dead even if the user comes back (AS-63). */
@Injectable()
export class RemoveMember {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
  ) {}

  /**
   * @param transaction  of the caller; without one, a transaction of its own
   * @throws Problem `not_found` when the user is no member, `conflict` for the last owner
   */
  async run({ userId, org }: { userId: string; org: string }, by = byIdentity, transaction?: EntityManager): Promise<{ consistency: string }> {
    const remove = async (manager: EntityManager): Promise<{ consistency: string }> => {
      await lockMemberships(manager, userId, org);
      const ended = { removedAt: new Date(this.clock.nowMs()), epoch: this.clock.nowSeconds() };
      const { affected } = await manager.update(MemberEntity, { userId, org, removedAt: IsNull() }, ended);
      if (affected !== 1) throw new Problem('not_found');
      await manager.delete(ProjectMemberEntity, { userId, org });
      await requireAnOwner(manager, org);
      await recordAudit(manager, { org, ...by, action: 'member.removed', target: { kind: 'user', id: userId } });
      const record = await memberRecord(manager, userId);
      return { consistency: consistencyOf(record, await stage(manager, record)) };
    };
    return transaction === undefined ? this.dataSource.transaction(remove) : remove(transaction);
  }
}
