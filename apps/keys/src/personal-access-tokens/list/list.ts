import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, ListPatsQuery, Pat } from '@latchkey/contracts';
import { columnsOf, prepared, type Statement } from '@latchkey/postgres';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { pageOf, positionOf, type Page } from '../../paging/page.ts';
import { LearnEpochs } from '../learn-epochs.ts';
import { PatEntity } from '../pat.entity.ts';
import { patView, unseen } from '../pat-view.ts';
import { Principals } from '../principal.ts';
import { statusCondition } from '../status.ts';
import { requireOwnOrg, seesAllKeys } from '../visible-keys.ts';

export const patIdSchema = z.string().regex(/^[0-9A-Za-z]{8}$/);

/** Keys that the caller may see, newest first; revoked and expired ones stay in the list. */
@Injectable()
export class ListPats {
  private readonly columns: string;
  /** Each combination of filters is one, prepared once per connection; values are no part of it, so there are few. */
  private readonly statements = new Map<string, Statement>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly clock: WallClock,
    private readonly learnEpochs: LearnEpochs,
  ) {
    this.columns = columnsOf(dataSource, PatEntity, unseen);
  }

  async run(caller: IdentityAssertionClaims, { limit, cursor, status, owner, org, unusedSince, longerThanSeconds }: ListPatsQuery): Promise<Page<Pat>> {
    const principal = this.principals.admit(caller, 'keys:read');
    requireOwnOrg(principal, org);
    await this.learnEpochs.run(principal.org);
    const now = new Date(this.clock.nowMs());
    const values: unknown[] = [];
    const value = (of: unknown): string => `$${values.push(of)}`;
    const conditions = [`org = ${value(principal.org)}`];
    if (!seesAllKeys(principal)) conditions.push(`owner = ${value(principal.user)}`);
    if (owner !== undefined) conditions.push(`owner = ${value(owner)}`);
    if (status !== undefined) conditions.push(statusCondition(status, now, value));
    if (unusedSince !== undefined) {
      // One that is younger than the moment had no time to be used by then.
      const since = value(new Date(unusedSince));
      conditions.push(`created_at < ${since} AND (last_used_at IS NULL OR last_used_at < ${since})`);
    }
    if (longerThanSeconds !== undefined) {
      conditions.push(`revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${value(now)} AND expires_at > created_at + make_interval(secs => ${value(longerThanSeconds)}))`);
    }
    if (cursor !== undefined) {
      const { createdAt, id } = positionOf(cursor, patIdSchema);
      conditions.push(`(created_at, id) < (${value(createdAt)}, ${value(id)})`);
    }
    // One more than asked for tells whether there is another page.
    const text = `SELECT ${this.columns} FROM personal_access_tokens WHERE ${conditions.map((condition) => `(${condition})`).join(' AND ')} ORDER BY created_at DESC, id DESC LIMIT ${value(limit + 1)}`;
    const rows = await prepared<PatEntity>(this.dataSource.manager, this.named(text), values);
    return pageOf(rows, limit, (row) => patView(row, now));
  }

  private named(text: string): Statement {
    const known = this.statements.get(text) ?? { name: `pat-list-${this.statements.size}`, text };
    this.statements.set(text, known);
    return known;
  }
}
