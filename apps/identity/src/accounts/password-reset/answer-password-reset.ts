import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordAudit } from '../../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { QueueMail } from '../../mail/queue-mail.ts';
import { passwordResetLetter } from '../account-mails.ts';
import { AccountLinks } from '../links/account-links.ts';
import type { AccountRequestOf } from '../requests/account-request.ts';
import { UserEntity } from '../user.entity.ts';

/** Mails the link by which a new password is chosen. An address without an account gets nothing: it did not ask to hear from us. */
@Injectable()
export class AnswerPasswordReset {
  constructor(
    private readonly links: AccountLinks,
    private readonly queueMail: QueueMail,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run(manager: EntityManager, { email, interaction, address }: AccountRequestOf<'password_reset'>): Promise<void> {
    const user = await manager.findOneBy(UserEntity, { email });
    const alive = user !== null && user.disabledAt === null;
    await recordAudit(manager, {
      org: null,
      actor: { kind: 'anonymous', id: null },
      action: 'password_reset.requested',
      target: user === null ? null : { kind: 'user', id: user.id },
      outcome: alive ? 'success' : 'refused',
      code: alive ? null : user === null ? 'not_found' : 'owner_disabled',
      address,
    });
    if (!alive) return;
    const token = await this.links.issue(manager, 'password_reset', user.id, { interaction });
    await this.queueMail.run(manager, { to: email, ...passwordResetLetter(`${this.env.LATCHKEY_ISSUER}/account/reset-password/${token}`) });
  }
}
