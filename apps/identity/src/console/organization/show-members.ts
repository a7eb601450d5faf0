import { Injectable } from '@nestjs/common';
import type { Problem } from '@latchkey/problem';
import { ListInvitations } from '../../invitations/list-invitations.ts';
import type { Acting } from '../../organizations/acting.ts';
import { ListMembers } from '../../organizations/list-members.ts';
import type { PageAnswer } from '../../pages/answer.ts';
import { membersPage } from './members-page.ts';

const pageSize = 50;

/** The page of members, with what was refused where something was. */
@Injectable()
export class ShowMembers {
  constructor(
    private readonly listMembers: ListMembers,
    private readonly listInvitations: ListInvitations,
  ) {}

  async run(acting: Acting, { q, cursor, csrf, refusal }: { q?: string | undefined; cursor?: string | undefined; csrf: string; refusal?: Problem }): Promise<PageAnswer> {
    const { member, userId } = acting;
    const { items, nextCursor } = await this.listMembers.of(member.org, { limit: pageSize, q, cursor });
    const open = member.role === 'member' ? null : await this.open(member.org);
    const error = refusal === undefined ? {} : { error: refusal.detail ?? refusal.message };
    const page = membersPage({ acting: member, userId, csrf, members: items, nextCursor, q: q ?? '', invitations: open, ...error });
    return { status: refusal?.status ?? 200, page, ...(refusal === undefined ? {} : { headers: refusal.headers }) };
  }

  private async open(org: string) {
    const [pending, expired] = await Promise.all(['pending' as const, 'expired' as const].map((status) => this.listInvitations.of(org, { status, limit: 100 })));
    return [...(pending?.items ?? []), ...(expired?.items ?? [])];
  }
}
