import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { DataSource, IsNull, MoreThan, type EntityManager } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';
import { OrganizationEntity } from '../organizations/organization.entity.ts';
import { InvitationEntity } from './invitation.entity.ts';
import { invitationHash, isInvitationToken } from './invitation-token.ts';

export interface OpenInvitation {
  row: InvitationEntity;
  /** Display name of the organization, as its owner chose it. */
  orgName: string;
  invitedBy: string;
}

/** The invitation behind a link, while it is open. */
@Injectable()
export class FindInvitation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
  ) {}

  /** Looks only. @returns null for one that was answered, revoked, has expired, or never was */
  async byToken(token: string): Promise<OpenInvitation | null> {
    const { manager } = this.dataSource;
    const row = await this.open(manager, token, false);
    if (row === null) return null;
    const org = await manager.findOneBy(OrganizationEntity, { slug: row.org, disabledAt: IsNull() });
    const sender = await manager.findOneBy(UserEntity, { id: row.invitedBy });
    return org === null ? null : { row, orgName: org.name, invitedBy: sender?.email ?? 'somebody' };
  }

  /** The same in a transaction that is to answer it: of any number at once, one finds it open. */
  lock(manager: EntityManager, token: string): Promise<InvitationEntity | null> {
    return this.open(manager, token, true);
  }

  private async open(manager: EntityManager, token: string, locked: boolean): Promise<InvitationEntity | null> {
    if (!isInvitationToken(token)) return null;
    const where = { tokenHash: invitationHash(token), closedAs: IsNull(), expiresAt: MoreThan(new Date(this.clock.nowMs())) };
    return manager.findOne(InvitationEntity, { where, ...(locked ? { lock: { mode: 'pessimistic_write' } } : {}) });
  }
}
