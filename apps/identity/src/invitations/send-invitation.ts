import { Inject, Injectable } from '@nestjs/common';
import { createRateLimiter, type RateLimiter, type Redis } from '@latchkey/ratelimit';
import { Problem } from '@latchkey/problem';
import type { EntityManager } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';
import { IDENTITY_ENV, REDIS, type IdentityEnv } from '../env.ts';
import { MailDelivery } from '../mail/mail-delivery.ts';
import { QueueMail } from '../mail/queue-mail.ts';
import { invitationLetter } from './invitation-letter.ts';
import type { InvitationEntity } from './invitation.entity.ts';
import { invitationPath } from './invitation-token.ts';

/** Mails in an hour. We write to people who have not asked for it, so nobody can have us write much. */
const perOrg = 100;
const perAddress = 5;
const windowSeconds = 3600;

/** Mails the link of an invitation. */
@Injectable()
export class SendInvitation {
  private readonly orgs: RateLimiter;
  private readonly addresses: RateLimiter;

  constructor(
    private readonly queueMail: QueueMail,
    private readonly delivery: MailDelivery,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
    @Inject(REDIS) redis: Redis | undefined,
  ) {
    this.orgs = createRateLimiter({ name: 'invitation-org', limit: perOrg, windowSeconds, redis });
    this.addresses = createRateLimiter({ name: 'invitation-address', limit: perAddress, windowSeconds, redis });
  }

  /** Before anything is written. @throws Problem `rate_limited`; `conflict` where this deployment sends no mail */
  async admit({ org, email }: { org: string; email: string }): Promise<void> {
    if (!this.delivery.available) throw new Problem('conflict', { detail: 'This Latchkey sends no mail, so nobody can be invited by it.' });
    const refused = (await Promise.all([this.orgs.consume(org), this.addresses.consume(email)])).filter(({ allowed }) => !allowed);
    if (refused.length === 0) return;
    const seconds = Math.max(...refused.map(({ resetSeconds }) => resetSeconds));
    throw new Problem('rate_limited', { detail: 'Too many invitations; try again later.', headers: { 'retry-after': String(seconds) } });
  }

  /** In the transaction that writes the invitation. */
  async run(manager: EntityManager, { org, email, invitedBy }: Pick<InvitationEntity, 'org' | 'email' | 'invitedBy'>, token: string): Promise<void> {
    const sender = await manager.findOneByOrFail(UserEntity, { id: invitedBy });
    const link = `${this.env.LATCHKEY_ISSUER}${invitationPath(token)}`;
    await this.queueMail.run(manager, { to: email, ...invitationLetter({ org, invitedBy: sender.email, link }) });
  }
}
