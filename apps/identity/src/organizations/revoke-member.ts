import type { RevokedByEpoch } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { isUserId } from '../accounts/user-id.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { requireStanding, type Acting } from './acting.ts';
import { administratedOrg } from './administrated-org.ts';
import { lockMemberships, memberRecord } from './member-record.ts';

/** Ends every token and key that one member has in the organization, by one record (AS-63); the membership stays. */
@Injectable()
export class RevokeMember {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Problem `not_found`, `insufficient_role` */
  async run(acting: Acting, userId: string): Promise<RevokedByEpoch> {
    const { member, by } = acting;
    const org = administratedOrg(member);
    if (!isUserId(userId)) throw new Problem('not_found');
    return this.dataSource.transaction(async (manager) => {
      await lockMemberships(manager, userId, org);
      await requireStanding(manager, acting);
      const [rows] = await manager.query<[{ epoch: number }[], number]>(
        `UPDATE members SET epoch = greatest(epoch, floor(extract(epoch FROM clock_timestamp()))::integer)
         WHERE user_id = $1 AND org = $2 AND removed_at IS NULL RETURNING epoch`,
        [userId, org],
      );
      const row = rows[0];
      if (row === undefined) throw new Problem('not_found');
      await recordAudit(manager, { org, ...by, action: 'member.revoked', target: { kind: 'user', id: userId } });
      const record = await memberRecord(manager, userId);
      return { epoch: row.epoch, consistency: consistencyOf(record, await stage(manager, record)) };
    });
  }
}
