import { Injectable } from '@nestjs/common';
import { stage } from '@latchkey/feed-writer';
import { DataSource } from 'typeorm';
import { bySession, recordAudit } from '../audit/record-audit.ts';
import { userRecord } from './user-record.ts';
import { UserEntity } from './user.entity.ts';

/** Ends everything that one person has anywhere: tokens, keys, connected programs and sign-ins, by one record (AS-63). The account lives on. */
@Injectable()
export class RevokeUser {
  constructor(private readonly dataSource: DataSource) {}

  async run(userId: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      // greatest: an epoch never goes back, whatever the clock does.
      await manager.query('UPDATE users SET epoch = greatest(epoch, floor(extract(epoch FROM clock_timestamp()))::integer) WHERE id = $1', [userId]);
      await manager.query('DELETE FROM console_sessions WHERE user_id = $1', [userId]);
      await manager.query("DELETE FROM artifacts WHERE kind = 'Session' AND payload->>'accountId' = $1", [userId]);
      await stage(manager, userRecord(await manager.findOneByOrFail(UserEntity, { id: userId })));
      await recordAudit(manager, { org: null, ...bySession(userId), action: 'user.revoked', target: { kind: 'user', id: userId } });
    });
  }
}
