import { Inject, Injectable } from '@nestjs/common';
import { isUniqueViolation } from '@latchkey/postgres';
import { DataSource } from 'typeorm';
import { bySession, recordAudit } from '../../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { QueueMail } from '../../mail/queue-mail.ts';
import { emailChangedLetter } from '../account-mails.ts';
import { AccountThrottle } from '../account-throttle.ts';
import { FindAccount } from '../find-account.ts';
import { AccountLinks } from '../links/account-links.ts';
import { passwordMatches } from '../password.ts';
import { UserEntity } from '../user.entity.ts';

export type EmailConfirmation =
  | { outcome: 'changed'; email: string }
  | { outcome: 'taken' }
  | { outcome: 'gone' }
  | { outcome: 'refused' }
  | { outcome: 'throttled'; retryAfterSeconds: number };

export interface ConfirmingEmail {
  token: string;
  /** Who is signed in where the link was opened. */
  signedIn: string | null;
  /** Asked for where that is not the account's holder. */
  password: string;
  address: string;
}

/**
 * Gives an account its new address, for who reads that address's mail and holds the account: somebody else's address must not end up on
 * a stranger's account because they clicked. The old address gets a way back.
 */
@Injectable()
export class ConfirmEmailChange {
  constructor(
    private readonly dataSource: DataSource,
    private readonly links: AccountLinks,
    private readonly accounts: FindAccount,
    private readonly throttle: AccountThrottle,
    private readonly queueMail: QueueMail,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run({ token, signedIn, password, address }: ConfirmingEmail): Promise<EmailConfirmation> {
    const link = await this.links.find('email_change', token);
    const user = await this.accounts.user(link?.userId ?? '');
    if (link === null || user === null) return { outcome: 'gone' };
    if (signedIn !== user.id) {
      const retryAfterSeconds = await this.throttle.charge('link', { address, email: token });
      if (retryAfterSeconds !== null) return { outcome: 'throttled', retryAfterSeconds };
      if (!(await passwordMatches(user.passwordHash, password))) return { outcome: 'refused' };
    }
    const { email } = link.content;
    try {
      return await this.dataSource.transaction(async (manager) => {
        if ((await this.links.use(manager, 'email_change', token)) === null) return { outcome: 'gone' };
        const { affected } = await manager.update(UserEntity, { id: user.id, email: user.email }, { email, emailVerified: true });
        if (affected !== 1) return { outcome: 'gone' };
        // What was mailed to the old address is for who read that one.
        await this.links.end(manager, user.id, ['password_reset', 'email_change']);
        const undo = await this.links.issue(manager, 'email_undo', user.id, { email: user.email });
        await this.queueMail.run(manager, { to: user.email, ...emailChangedLetter(`${this.env.LATCHKEY_ISSUER}/account/email-undo/${undo}`) });
        await recordAudit(manager, { org: null, ...bySession(user.id), action: 'email.changed', target: { kind: 'user', id: user.id } });
        return { outcome: 'changed', email };
      });
    } catch (error) {
      if (isUniqueViolation(error)) return { outcome: 'taken' };
      throw error;
    }
  }
}
