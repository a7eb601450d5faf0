import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { bySession, recordAudit } from '../../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { QueueMail } from '../../mail/queue-mail.ts';
import { addressTakenLetter, emailChangeLetter } from '../account-mails.ts';
import { AccountLinks } from '../links/account-links.ts';
import type { AccountRequestOf } from '../requests/account-request.ts';
import { UserEntity } from '../user.entity.ts';

/** Mails the link that confirms a new address; one that has an account of its own is told so instead. */
@Injectable()
export class AnswerEmailChange {
  constructor(
    private readonly links: AccountLinks,
    private readonly queueMail: QueueMail,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run(manager: EntityManager, { userId, email, address }: AccountRequestOf<'email_change'>): Promise<void> {
    const user = await manager.findOneBy(UserEntity, { id: userId });
    if (user === null || user.disabledAt !== null) return;
    const taken = await manager.existsBy(UserEntity, { email });
    const entry = { org: null, ...bySession(userId), action: 'email_change.requested', target: { kind: 'user', id: userId }, address } as const;
    await recordAudit(manager, taken ? { ...entry, outcome: 'refused', code: 'conflict' } : entry);
    if (taken) return this.queueMail.run(manager, { to: email, ...addressTakenLetter });
    await this.links.end(manager, userId, ['email_change']);
    const token = await this.links.issue(manager, 'email_change', userId, { email });
    await this.queueMail.run(manager, { to: email, ...emailChangeLetter(`${this.env.LATCHKEY_ISSUER}/account/email/${token}`) });
  }
}
