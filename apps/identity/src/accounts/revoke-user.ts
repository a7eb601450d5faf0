import { Injectable } from '@nestjs/common';
import { stage } from '@latchkey/feed-writer';
import { DataSource, type EntityManager } from 'typeorm';
import { bySession, recordAudit } from '../audit/record-audit.ts';
import { signOutBrowsers } from './sign-out-browsers.ts';
import { userRecord } from './user-record.ts';
import { UserEntity } from './user.entity.ts';

/** Ends, in the caller's transaction and by one record, every token, key and connected program that a person has anywhere (AS-63). */
export async function endCredentials(manager: EntityManager, userId: string): Promise<void> {
  // greatest: an epoch never goes back, whatever the clock does.
  await manager.query('UPDATE users SET epoch = greatest(epoch, floor(extract(epoch FROM clock_timestamp()))::integer) WHERE id = $1', [userId]);
  await stage(manager, userRecord(await manager.findOneByOrFail(UserEntity, { id: userId })));
}

/** Ends everything that one person has anywhere: tokens, keys, connected programs and sign-ins. The account lives on. */
@Injectable()
export class RevokeUser {
  constructor(private readonly dataSource: DataSource) {}

  async run(userId: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await endCredentials(manager, userId);
      await signOutBrowsers(manager, userId);
      await recordAudit(manager, { org: null, ...bySession(userId), action: 'user.revoked', target: { kind: 'user', id: userId } });
    });
  }
}
