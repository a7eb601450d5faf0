import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, ListPatsQuery, Pat } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { pageOf, positionOf, type Page } from '../../paging/page.ts';
import { PatEntity } from '../pat.entity.ts';
import { patView } from '../pat-view.ts';
import { Principals } from '../principal.ts';
import { expiringUntil, statusConditions } from '../status.ts';
import { requireOwnOrg, seesAllKeys } from '../visible-keys.ts';

export const patIdSchema = z.string().regex(/^[0-9A-Za-z]{8}$/);

/** Keys that the caller may see, newest first; revoked and expired ones stay in the list. */
@Injectable()
export class ListPats {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, { limit, cursor, status, owner, org, unusedSince, longerThanSeconds }: ListPatsQuery): Promise<Page<Pat>> {
    const principal = this.principals.admit(caller, 'keys:read');
    requireOwnOrg(principal, org);
    const now = new Date(this.clock.nowMs());
    const query = this.dataSource.manager
      .createQueryBuilder(PatEntity, 'pat')
      .where('pat.org = :org', { org: principal.org })
      .orderBy('pat.createdAt', 'DESC')
      .addOrderBy('pat.id', 'DESC')
      // One more than asked for tells whether there is another page.
      .take(limit + 1);
    if (!seesAllKeys(principal)) query.andWhere('pat.owner = :self', { self: principal.user });
    if (owner !== undefined) query.andWhere('pat.owner = :owner', { owner });
    if (status !== undefined) query.andWhere(`(${statusConditions[status]})`, { now, expiringUntil: expiringUntil(now) });
    // One that is younger than the moment had no time to be used by then.
    if (unusedSince !== undefined) query.andWhere('pat.createdAt < :since AND (pat.lastUsedAt IS NULL OR pat.lastUsedAt < :since)', { since: new Date(unusedSince) });
    if (longerThanSeconds !== undefined) {
      query.andWhere('pat.revokedAt IS NULL AND (pat.expiresAt IS NULL OR pat.expiresAt > :now AND pat.expiresAt > pat.createdAt + make_interval(secs => :longer))', { now, longer: longerThanSeconds });
    }
    if (cursor !== undefined) {
      const { createdAt, id } = positionOf(cursor, patIdSchema);
      query.andWhere('(pat.createdAt, pat.id) < (:createdAt, :id)', { createdAt, id });
    }
    const rows = await query.getMany();
    return pageOf(rows, limit, (row) => patView(row, now));
  }
}
