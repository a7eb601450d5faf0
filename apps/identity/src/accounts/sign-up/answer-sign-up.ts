import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordAudit } from '../../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { QueueMail } from '../../mail/queue-mail.ts';
import { accountExistsLetter, signUpLetter } from '../account-mails.ts';
import { AccountLinks } from '../links/account-links.ts';
import type { AccountRequestOf } from '../requests/account-request.ts';
import { UserEntity } from '../user.entity.ts';
import { SignUpGate } from './sign-up-gate.ts';

/** Mails the link that finishes a sign-up, or says that there is an account already: either way only to who reads the mail. */
@Injectable()
export class AnswerSignUp {
  constructor(
    private readonly gate: SignUpGate,
    private readonly links: AccountLinks,
    private readonly queueMail: QueueMail,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run(manager: EntityManager, { kind, address, ...content }: AccountRequestOf<'sign_up'>): Promise<void> {
    const { LATCHKEY_ISSUER: issuer } = this.env;
    const { email, interaction } = content;
    const user = await manager.findOneBy(UserEntity, { email });
    const entry = { org: null, actor: { kind: 'anonymous', id: null }, action: 'sign_up.requested', address } as const;
    if (user !== null) {
      await recordAudit(manager, { ...entry, target: { kind: 'user', id: user.id }, outcome: 'refused', code: 'conflict' });
      if (user.disabledAt !== null) return;
      const token = await this.links.issue(manager, 'password_reset', user.id, { interaction });
      return this.queueMail.run(manager, { to: email, ...accountExistsLetter(issuer, `${issuer}/account/reset-password/${token}`) });
    }
    if (!(await this.gate.admits(manager, email))) return recordAudit(manager, { ...entry, outcome: 'refused', code: 'policy_violation' });
    await recordAudit(manager, entry);
    const token = await this.links.issue(manager, 'sign_up', null, content);
    await this.queueMail.run(manager, { to: email, ...signUpLetter(`${issuer}/account/sign-up/${token}`) });
  }
}
