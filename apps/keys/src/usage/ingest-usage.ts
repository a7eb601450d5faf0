import { WallClock } from '@latchkey/clock';
import type { UsageReport } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';

/** Only keys that there are, with whose they are: a gateway says which key was used, and not whose it is. */
const count = `
  INSERT INTO key_usage (pat_id, day, server, tool, org, owner, calls)
  SELECT said.pat, said.day, said.server, said.tool, pat.org, pat.owner, sum(said.calls)
  FROM jsonb_to_recordset($1) AS said(pat text, day date, server text, tool text, calls bigint)
    JOIN personal_access_tokens pat ON pat.id = said.pat
  GROUP BY 1, 2, 3, 4, 5, 6
  ON CONFLICT (pat_id, day, server, tool) DO UPDATE SET calls = key_usage.calls + excluded.calls`;

/** Forward only, and never past the present, whatever the clock of a gateway says. */
const touch = `
  UPDATE personal_access_tokens pat SET last_used_at = least(used.at, $2)
  FROM (SELECT said.pat, to_timestamp(max(said."lastUsedAt")) AS at FROM jsonb_to_recordset($1) AS said(pat text, "lastUsedAt" bigint) GROUP BY 1) AS used
  WHERE pat.id = used.pat AND (pat.last_used_at IS NULL OR pat.last_used_at < least(used.at, $2))`;

/** Keys that go on being used beside their successor: told when it begins, and then once an hour. */
const oldOnes = `
  SELECT pat.id, pat.org, pat.owner, pat.name, pat.replaced_by AS "replacedBy"
  FROM (SELECT said.pat, to_timestamp(max(said."lastUsedAt")) AS at FROM jsonb_to_recordset($1) AS said(pat text, "lastUsedAt" bigint) GROUP BY 1) AS used
    JOIN personal_access_tokens pat ON pat.id = used.pat
    JOIN personal_access_tokens successor ON successor.id = pat.replaced_by
  WHERE used.at >= successor.created_at
    AND (pat.last_used_at IS NULL OR pat.last_used_at < successor.created_at OR pat.last_used_at < used.at - interval '1 hour')`;

interface OldOne {
  id: string;
  org: string;
  owner: string;
  name: string;
  replacedBy: string;
}

/** Adds up what gateways tell of the use of keys, each report once. */
@Injectable()
export class IngestUsage {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
  ) {}

  async run({ id, uses }: UsageReport): Promise<void> {
    const now = new Date(this.clock.nowMs());
    const said = JSON.stringify(uses);
    await this.dataSource.transaction(async (manager) => {
      // One at a time over all replicas: reports name the same keys in any order, and would wait for each other in circles.
      await manager.query("SELECT pg_advisory_xact_lock(hashtextextended('key usage', 0))");
      const fresh = await manager.query<object[]>('INSERT INTO usage_reports (id, received_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id', [id, now]);
      if (fresh.length === 0) return;
      await this.tellOfOldOnes(manager, said);
      await manager.query(count, [said]);
      await manager.query(touch, [said, now]);
    });
  }

  private async tellOfOldOnes(manager: EntityManager, said: string): Promise<void> {
    for (const { id, org, owner, name, replacedBy } of await manager.query<OldOne[]>(oldOnes, [said])) {
      const by = { actor: { kind: 'user' as const, id: owner }, credential: { kind: 'pat', id } };
      await recordAudit(manager, { org, ...by, action: 'pat.used_after_rotation', target: { kind: 'pat', id, name }, details: { owner, replacedBy } });
    }
  }
}
