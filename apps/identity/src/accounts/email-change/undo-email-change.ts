import { Inject, Injectable } from '@nestjs/common';
import { isUniqueViolation } from '@latchkey/postgres';
import { DataSource } from 'typeorm';
import { recordAudit } from '../../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { QueueMail } from '../../mail/queue-mail.ts';
import { passwordResetLetter } from '../account-mails.ts';
import { FindAccount } from '../find-account.ts';
import { forgetSignInMethods } from '../forget-sign-in-methods.ts';
import { AccountLinks } from '../links/account-links.ts';
import { endCredentials } from '../revoke-user.ts';
import { UserEntity } from '../user.entity.ts';

export type EmailUndo = { outcome: 'undone'; email: string } | { outcome: 'taken' } | { outcome: 'gone' };

/**
 * Gives an account back to who reads the mail of its former address. Whoever changed the address knew the password and may have more:
 * password, second factor, sign-ins, connected providers, keys and programs all end, and the way in is a mailed link.
 */
@Injectable()
export class UndoEmailChange {
  constructor(
    private readonly dataSource: DataSource,
    private readonly links: AccountLinks,
    private readonly accounts: FindAccount,
    private readonly queueMail: QueueMail,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run(token: string): Promise<EmailUndo> {
    try {
      return await this.dataSource.transaction(async (manager) => {
        const link = await this.links.use(manager, 'email_undo', token);
        const user = await this.accounts.user(link?.userId ?? '');
        if (link === null || user === null) return { outcome: 'gone' };
        const { email } = link.content;
        await manager.update(UserEntity, { id: user.id }, { email, emailVerified: true });
        await forgetSignInMethods(manager, user.id, link.createdAt);
        await endCredentials(manager, user.id);
        const reset = await this.links.issue(manager, 'password_reset', user.id, { interaction: null });
        await this.queueMail.run(manager, { to: email, ...passwordResetLetter(`${this.env.LATCHKEY_ISSUER}/account/reset-password/${reset}`) });
        const self = { kind: 'user', id: user.id } as const;
        await recordAudit(manager, { org: null, actor: self, action: 'email.change_undone', target: self });
        return { outcome: 'undone', email };
      });
    } catch (error) {
      if (isUniqueViolation(error)) return { outcome: 'taken' };
      throw error;
    }
  }
}
