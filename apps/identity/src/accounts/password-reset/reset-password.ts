import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { recordAudit } from '../../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { QueueMail } from '../../mail/queue-mail.ts';
import { passwordChangedLetter } from '../account-mails.ts';
import { FindAccount } from '../find-account.ts';
import { AccountLinks } from '../links/account-links.ts';
import { hashPassword } from '../password.ts';
import { PasswordRules } from '../password-rules.ts';
import { endCredentials } from '../revoke-user.ts';
import { signOutBrowsers } from '../sign-out-browsers.ts';
import { UserEntity } from '../user.entity.ts';

export type PasswordReset =
  | { outcome: 'reset'; userId: string; email: string; interaction: string | null }
  | { outcome: 'unsuitable'; reason: string }
  | { outcome: 'gone' };

export interface Resetting {
  token: string;
  password: string;
  /** Also ends every key and every connected program: somebody else may have been in the account. */
  revokeEverything: boolean;
}

/** Gives an account a new password, to who reads its mail. Every browser has to sign in again, and other links that were mailed are void. */
@Injectable()
export class ResetPassword {
  constructor(
    private readonly dataSource: DataSource,
    private readonly links: AccountLinks,
    private readonly accounts: FindAccount,
    private readonly rules: PasswordRules,
    private readonly queueMail: QueueMail,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run({ token, password, revokeEverything }: Resetting): Promise<PasswordReset> {
    const link = await this.links.find('password_reset', token);
    const user = await this.accounts.user(link?.userId ?? '');
    if (link === null || user === null) return { outcome: 'gone' };
    const objection = await this.rules.judge(password, user);
    if (objection !== null) return { outcome: 'unsuitable', reason: objection };
    const passwordHash = await hashPassword(password);
    return this.dataSource.transaction(async (manager) => {
      if ((await this.links.use(manager, 'password_reset', token)) === null) return { outcome: 'gone' };
      // The link came by mail, so whoever followed it reads that address.
      const { affected } = await manager.update(UserEntity, { id: user.id, email: user.email }, { passwordHash, emailVerified: true });
      if (affected !== 1) return { outcome: 'gone' };
      await this.links.end(manager, user.id, ['password_reset', 'email_change']);
      await signOutBrowsers(manager, user.id);
      if (revokeEverything) await endCredentials(manager, user.id);
      const actor = { kind: 'user', id: user.id } as const;
      await recordAudit(manager, { org: null, actor, action: 'password.reset', target: actor, details: { revoked_everything: revokeEverything } });
      await this.queueMail.run(manager, { to: user.email, ...passwordChangedLetter(this.env.LATCHKEY_ISSUER) });
      return { outcome: 'reset', userId: user.id, email: user.email, interaction: link.content.interaction };
    });
  }
}
