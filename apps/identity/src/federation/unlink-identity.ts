import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';
import { bySession, recordAudit } from '../audit/record-audit.ts';
import { QueueMail } from '../mail/queue-mail.ts';
import { EndSessionsBegunBy } from '../sessions/end-sessions-begun-by.ts';
import { IdentityEntity } from './identity.entity.ts';

/** Takes a foreign identity from its user, and ends what they signed in to by it alone. */
@Injectable()
export class UnlinkIdentity {
  constructor(
    private readonly dataSource: DataSource,
    private readonly queueMail: QueueMail,
    private readonly endSessions: EndSessionsBegunBy,
  ) {}

  /** @throws Problem `not_found` also for another user's; `conflict` for the last way in that an account has */
  async run(userId: string, id: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      // Of two that are taken away at the same moment, the second finds the first gone.
      const user = await manager.findOneOrFail(UserEntity, { where: { id: userId }, lock: { mode: 'pessimistic_write' } });
      const mine = await manager.findBy(IdentityEntity, { userId });
      const identity = mine.find((one) => one.id === id);
      if (identity === undefined) throw new Problem('not_found');
      if (user.passwordHash === null && mine.length === 1) {
        throw new Problem('conflict', { detail: 'It is the only way into your account. Set a password first, by "Forgot password?" on the sign-in page.' });
      }
      await manager.delete(IdentityEntity, { userId, id });
      const { provider } = identity;
      const sessions = await this.endSessions.run(manager, { userId, provider }, bySession(userId));
      await recordAudit(manager, { org: null, ...bySession(userId), action: 'identity.unlinked', target: { kind: 'identity', id }, details: { provider, sessions } });
      const text = 'A connected sign-in was removed from your account: it signs you in no more.\n\nIf it was not you who did this, change your password at once.\n';
      await this.queueMail.run(manager, { to: user.email, subject: 'A connected sign-in was removed from your account', text });
    });
  }
}
