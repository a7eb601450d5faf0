import type { RevokedByEpoch } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from './acting.ts';
import { holdStanding } from './hold-standing.ts';
import { organizationRecord } from './organization-record.ts';

/** Ends every token and key of an organization at once, by one record (AS-63). The organization lives on, and its members sign in again. */
@Injectable()
export class RevokeOrganization {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Problem `not_found`, `insufficient_role` for everybody but an owner */
  async run(acting: Acting): Promise<RevokedByEpoch> {
    const { member, by } = acting;
    const { org } = member;
    if (member.role !== 'owner') throw new Problem('insufficient_role', { detail: 'Only an owner may revoke everything of an organization.' });
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      // greatest: an epoch never goes back, whatever the clock does.
      const [rows] = await manager.query<[{ epoch: number }[], number]>(
        `UPDATE organizations SET epoch = greatest(epoch, floor(extract(epoch FROM clock_timestamp()))::integer) WHERE slug = $1
         RETURNING epoch`,
        [org],
      );
      const row = rows[0];
      if (row === undefined) throw new Problem('not_found');
      await recordAudit(manager, { org, ...by, action: 'org.revoked', target: { kind: 'org', id: org } });
      const record = await organizationRecord(manager, org);
      return { epoch: row.epoch, consistency: consistencyOf(record, await stage(manager, record)) };
    });
  }
}
