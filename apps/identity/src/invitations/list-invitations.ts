import type { IdentityAssertionClaims, Invitation, ListInvitationsQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { DataSource } from 'typeorm';
import { ActingMember } from '../organizations/acting-member.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { pageOf } from '../organizations/page.ts';
import { InvitationEntity } from './invitation.entity.ts';
import { presentInvitation } from './present-invitation.ts';

/** Who was asked to join, and what came of it: for those who may ask. */
@Injectable()
export class ListInvitations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, query: ListInvitationsQuery): Promise<{ items: Invitation[]; nextCursor: string | null }> {
    return this.of(administratedOrg(await this.actingMember.run(caller, 'org:read', query.org)), query);
  }

  async of(org: string, { status, limit, cursor }: Omit<ListInvitationsQuery, 'org'>): Promise<{ items: Invitation[]; nextCursor: string | null }> {
    const now = new Date(this.clock.nowMs());
    const invitations = this.dataSource.manager.createQueryBuilder(InvitationEntity, 'row').where('row.org = :org', { org });
    if (status === 'pending') invitations.andWhere('row.closedAs IS NULL AND row.expiresAt > :now', { now });
    else if (status === 'expired') invitations.andWhere('row.closedAs IS NULL AND row.expiresAt <= :now', { now });
    else if (status !== undefined) invitations.andWhere('row.closedAs = :status', { status });
    const { rows, nextCursor } = await pageOf(invitations, { key: 'row.id', limit, cursor });
    return { items: rows.map((row) => presentInvitation(row, now)), nextCursor };
  }
}
