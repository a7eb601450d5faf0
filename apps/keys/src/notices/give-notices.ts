import { WallClock } from '@latchkey/clock';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import { PatEntity } from '../personal-access-tokens/pat.entity.ts';
import { patView } from '../personal-access-tokens/pat-view.ts';
import { Rounds } from '../rounds/rounds.ts';
import { LOGGER } from '../tokens.ts';
import { stageEvent } from '../webhooks/sending/stage-event.ts';

const dayMs = 24 * 3600 * 1000;
const batchSize = 100;

/**
 * Keys whose end has come within 30, 7 or 1 days and that were not told of by this step yet. A key that was not given a longer life than a
 * step gets no notice of it, and one that was replaced gets none at all: its owner knows.
 */
const due = `
  SELECT pat.id, step.days FROM personal_access_tokens pat
    CROSS JOIN LATERAL (SELECT min(days) AS days FROM (VALUES (1), (7), (30)) AS steps(days) WHERE pat.expires_at <= $1::timestamptz + make_interval(days => days)) AS step
  WHERE pat.revoked_at IS NULL AND pat.replaced_by IS NULL AND pat.expires_at > $1 AND pat.expires_at <= $1::timestamptz + interval '30 days'
    AND (pat.noticed_days IS NULL OR pat.noticed_days > step.days) AND pat.expires_at - pat.created_at > make_interval(days => step.days)
  ORDER BY pat.expires_at LIMIT ${batchSize} FOR UPDATE OF pat SKIP LOCKED`;

/** Says in time that a key ends: to webhooks, and through the audit log to identity, which writes to the owner. */
@Injectable()
export class GiveNotices extends Rounds {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('giving notice of keys that end', 60_000, logger);
  }

  async run(): Promise<void> {
    while ((await this.batch()) === batchSize);
  }

  /** Several replicas share the work; what one has told is marked in the same transaction. */
  private batch(): Promise<number> {
    const now = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      const found = await manager.query<{ id: string; days: number }[]>(due, [now]);
      const rows = await manager.findBy(PatEntity, { id: In(found.map(({ id }) => id)) });
      const daysOf = new Map(found.map(({ id, days }) => [id, days]));
      for (const row of rows) {
        const days = daysOf.get(row.id) ?? Math.ceil((Number(row.expiresAt) - now.getTime()) / dayMs);
        await manager.update(PatEntity, { id: row.id }, { noticedDays: days });
        await stageEvent(manager, { org: row.org, type: 'key.expiring', at: now, data: { ...patView(row, now), withinDays: days } });
        const details = { owner: row.owner, expiresAt: row.expiresAt?.toISOString() ?? null, withinDays: days };
        await recordAudit(manager, { org: row.org, actor: { kind: 'service', id: 'keys' }, action: 'pat.expiring', target: { kind: 'pat', id: row.id, name: row.name }, details });
      }
      return found.length;
    });
  }
}
