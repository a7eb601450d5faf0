import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { bySession, recordAudit } from '../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { QueueMail } from '../mail/queue-mail.ts';
import { passwordChangedLetter } from './account-mails.ts';
import { Authenticate, type Authentication } from './authenticate.ts';
import { deviceOfSession } from './known-devices.ts';
import { AccountLinks } from './links/account-links.ts';
import { hashPassword } from './password.ts';
import { PasswordRules } from './password-rules.ts';
import { signOutBrowsers } from './sign-out-browsers.ts';
import { UserEntity } from './user.entity.ts';

export type PasswordChange =
  | { outcome: 'changed' }
  | { outcome: 'unsuitable'; reason: string }
  | Exclude<Authentication, { outcome: 'signed-in' }>;

/**
 * Gives an account a new password, to whoever knows the old one. Every browser has to sign in again; programs that were connected, and
 * keys, stay as they are, so the gateways have nothing to learn and no record goes to them. A notice goes out by mail.
 */
@Injectable()
export class ChangePassword {
  constructor(
    private readonly dataSource: DataSource,
    private readonly authenticate: Authenticate,
    private readonly rules: PasswordRules,
    private readonly links: AccountLinks,
    private readonly queueMail: QueueMail,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run({ user, current, next, address }: { user: UserEntity; current: string; next: string; address: string }): Promise<PasswordChange> {
    const objection = await this.rules.judge(next, user);
    if (objection !== null) return { outcome: 'unsuitable', reason: objection };
    const authentication = await this.authenticate.run({ email: user.email, password: current, address, device: deviceOfSession(user.id) });
    if (authentication.outcome !== 'signed-in') return authentication;
    const passwordHash = await hashPassword(next);
    await this.dataSource.transaction(async (manager) => {
      await manager.update(UserEntity, { id: user.id }, { passwordHash });
      await this.links.end(manager, user.id, ['password_reset', 'email_change']);
      await signOutBrowsers(manager, user.id);
      await recordAudit(manager, { org: null, ...bySession(user.id), action: 'password.changed', target: { kind: 'user', id: user.id } });
      await this.queueMail.run(manager, { to: user.email, ...passwordChangedLetter(this.env.LATCHKEY_ISSUER) });
    });
    return { outcome: 'changed' };
  }
}
