import { Inject, Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { IsNull, MoreThan, type EntityManager } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { InvitationEntity } from '../../invitations/invitation.entity.ts';
import { MailDelivery } from '../../mail/mail-delivery.ts';

/** Who may make themselves an account. An account makes nobody a member of anything. */
@Injectable()
export class SignUpGate {
  constructor(
    private readonly delivery: MailDelivery,
    private readonly clock: WallClock,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** Whether there is a sign-up page at all. */
  get open(): boolean {
    return this.delivery.available && this.env.LATCHKEY_SIGN_UP !== 'off';
  }

  /** Asked after the form was answered, so that nobody learns from it who is invited. */
  async admits(manager: EntityManager, email: string): Promise<boolean> {
    if (!this.open) return false;
    return this.env.LATCHKEY_SIGN_UP === 'open' || (await this.isInvited(manager, email));
  }

  private isInvited(manager: EntityManager, email: string): Promise<boolean> {
    return manager.existsBy(InvitationEntity, { email, closedAs: IsNull(), expiresAt: MoreThan(new Date(this.clock.nowMs())) });
  }
}
