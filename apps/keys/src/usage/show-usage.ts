import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, UsagePage, UsageQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Principals } from '../personal-access-tokens/principal.ts';
import { seesAllKeys } from '../personal-access-tokens/visible-keys.ts';
import { usageCursor, usagePosition } from './usage-position.ts';

const columns: Record<UsageQuery['by'], string> = { key: 'pat_id', user: 'owner', org: 'org', server: 'server', tool: "server || ':' || tool", day: "to_char(day, 'YYYY-MM-DD')" };
const dayMs = 24 * 3600 * 1000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Uses of the keys that the caller may see, added up by one dimension. What is used while somebody turns pages moves up, past where they are. */
@Injectable()
export class ShowUsage {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, { by, key, owner, limit, cursor, ...asked }: UsageQuery): Promise<UsagePage> {
    const principal = this.principals.admit(caller, 'keys:read');
    const now = this.clock.nowMs();
    const self = seesAllKeys(principal) ? null : principal.user;
    const after = cursor === undefined ? null : usagePosition(cursor, by);
    const from = asked.from ?? after?.from ?? dayOf(now - 30 * dayMs);
    const to = asked.to ?? after?.to ?? dayOf(now);
    const rows = await this.dataSource.query<{ name: string; calls: string }[]>(
      `SELECT ${columns[by]} AS name, sum(calls) AS calls FROM key_usage
       WHERE org = $1 AND day BETWEEN $2 AND $3 AND ($4::text IS NULL OR owner = $4) AND ($5::text IS NULL OR owner = $5) AND ($6::text IS NULL OR pat_id = $6)
         ${by === 'tool' ? "AND tool <> ''" : ''}
       GROUP BY 1
       HAVING $7::numeric IS NULL OR sum(calls) < $7 OR sum(calls) = $7 AND ${columns[by]} > $8
       ORDER BY 2 DESC, 1 LIMIT $9`,
      // One more than asked for tells whether there is another page.
      [principal.org, from, to, self, owner ?? null, key ?? null, after?.calls ?? null, after?.name ?? null, limit + 1],
    );
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return { items: shown.map(({ name, calls }) => ({ name, calls: Number(calls) })), nextCursor: last === undefined ? null : usageCursor({ by, from, to, ...last }) };
  }
}
