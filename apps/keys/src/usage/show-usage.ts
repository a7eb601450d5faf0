import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, UsagePage, UsageQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Principals } from '../personal-access-tokens/principal.ts';
import { seesAllKeys } from '../personal-access-tokens/visible-keys.ts';

const columns: Record<UsageQuery['by'], string> = { key: 'pat_id', user: 'owner', org: 'org', server: 'server', tool: "server || ':' || tool", day: "to_char(day, 'YYYY-MM-DD')" };
const dayMs = 24 * 3600 * 1000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Uses of the keys that the caller may see, added up by one dimension. */
@Injectable()
export class ShowUsage {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, { by, from, to, key, owner, limit }: UsageQuery): Promise<UsagePage> {
    const principal = this.principals.admit(caller, 'keys:read');
    const now = this.clock.nowMs();
    const self = seesAllKeys(principal) ? null : principal.user;
    const rows = await this.dataSource.query<{ name: string; calls: string }[]>(
      `SELECT ${columns[by]} AS name, sum(calls) AS calls FROM key_usage
       WHERE org = $1 AND day BETWEEN $2 AND $3 AND ($4::text IS NULL OR owner = $4) AND ($5::text IS NULL OR owner = $5) AND ($6::text IS NULL OR pat_id = $6)
         ${by === 'tool' ? "AND tool <> ''" : ''}
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $7`,
      [principal.org, from ?? dayOf(now - 30 * dayMs), to ?? dayOf(now), self, owner ?? null, key ?? null, limit],
    );
    return { items: rows.map(({ name, calls }) => ({ name, calls: Number(calls) })), nextCursor: null };
  }
}
