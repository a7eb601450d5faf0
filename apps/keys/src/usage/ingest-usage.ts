import { WallClock } from '@latchkey/clock';
import type { UsageReport } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';

/** Of one key on one day. */
const namesPerDay = 500;
/** No tool is called that. */
const otherTools = '*';

/**
 * Only keys that there are, with whose they are: a gateway says which key was used, and not whose it is. Names of tools are what servers, and
 * whoever calls them, make up: past so many of one key on one day, the rest is counted together.
 */
const count = `
  WITH said AS (
    SELECT pat, day, server, tool, sum(calls) AS calls FROM jsonb_to_recordset($1) AS s(pat text, day date, server text, tool text, calls bigint) GROUP BY 1, 2, 3, 4
  ), named AS (
    SELECT said.*, known.tool IS NULL AS fresh,
      (SELECT count(*) FROM key_usage u WHERE u.pat_id = said.pat AND u.day = said.day) AS held,
      row_number() OVER (PARTITION BY said.pat, said.day, known.tool IS NULL ORDER BY said.calls DESC, said.server, said.tool) AS place
    FROM said LEFT JOIN key_usage known ON known.pat_id = said.pat AND known.day = said.day AND known.server = said.server AND known.tool = said.tool
  )
  INSERT INTO key_usage (pat_id, day, server, tool, org, owner, calls)
  SELECT said.pat, said.day, said.server, CASE WHEN fresh AND held + place > ${namesPerDay} THEN '${otherTools}' ELSE said.tool END, pat.org, pat.owner, sum(said.calls)
  FROM named said JOIN personal_access_tokens pat ON pat.id = said.pat
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
