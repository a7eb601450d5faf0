import { auditEventSchema, type AuditEvent } from '@latchkey/contracts';
import type { TrailBatch } from '@latchkey/feed';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { DataSource, type EntityManager } from 'typeorm';
import { WriteToOwner } from '../key-notices/write-to-owner.ts';
import { LOGGER } from '../tokens.ts';
import { AuditEventEntity } from './audit-event.entity.ts';
import { byIdentity, recordAudit } from './record-audit.ts';

/** What `jsonb` and `text` refuse, and no event of ours holds. */
const unstorable = /\\u0000|\\ud[89a-f]/i;

/**
 * Keeps events of other services, each once, however often it arrives. A service is believed about its own acts and about nothing else: the
 * way says which one it is, an event in another's name is refused, and an organization that does not exist here is none. So a service
 * that was taken over can invent acts of its own, in its own name; it can neither change nor remove what is kept.
 */
@Injectable()
export class IngestEvents {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writeToOwner: WriteToOwner,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws what the database throws; then nothing of the batch was kept */
  async run({ source, payload }: TrailBatch): Promise<void> {
    const given: unknown[] = Array.isArray(payload) ? payload : [payload];
    const events = given.flatMap((item) => read(item, source));
    const refused = given.length - events.length;
    if (refused > 0) this.logger.error({ source, refused }, 'what a service sent as audit events was refused');
    await this.dataSource.transaction(async (manager) => {
      await this.keep(manager, events);
      if (refused > 0) {
        await recordAudit(manager, { org: null, ...byIdentity, action: 'audit.refused', outcome: 'refused', code: 'invalid_request', target: { kind: 'service', id: source }, details: { events: refused } });
      }
    });
  }

  private async keep(manager: EntityManager, events: readonly AuditEvent[]): Promise<void> {
    if (events.length === 0) return;
    const named = [...new Set(events.flatMap(({ org }) => (org === null ? [] : [org])))];
    const known = new Set((await manager.query<{ slug: string }[]>('SELECT slug FROM organizations WHERE slug = ANY ($1)', [named])).map(({ slug }) => slug));
    const rows = events.map((event) => {
      const kept = event.org === null || known.has(event.org) ? event : { ...event, org: null, details: { ...event.details, claimedOrg: event.org.slice(0, 63) } };
      const { id, at, service, org, action, outcome } = kept;
      return { id, at: new Date(at), service, org, action, outcome, event: kept };
    });
    const { raw } = (await manager.createQueryBuilder().insert().into(AuditEventEntity).values(rows).orIgnore().returning('id').execute()) as { raw: { id: string }[] };
    const fresh = new Set(raw.map(({ id }) => id));
    for (const { id, event } of rows) if (fresh.delete(id)) await this.writeToOwner.run(manager, event);
  }
}

function read(item: unknown, source: string): AuditEvent[] {
  const { success, data } = auditEventSchema.safeParse(item);
  return success && data.service === source && !unstorable.test(JSON.stringify(data)) ? [data] : [];
}
