import { randomUUID } from 'node:crypto';
import type { WebhookEventType } from '@latchkey/contracts';
import { posted } from '@latchkey/postgres';
import type { EntityManager } from 'typeorm';

interface Occurrence {
  at: Date;
  /** For receivers outside; never a token, a hash or a secret. */
  data: Readonly<Record<string, unknown>>;
}

interface Kind {
  org: string;
  type: WebhookEventType | 'webhook.ping';
}

export type StagedEvent = Kind & Occurrence;

interface Message {
  id: string;
  body: string;
  at: Date;
}

/** The bytes that are signed and sent, at every attempt the same. */
const messageOf = (type: Kind['type'], { at, data }: Occurrence): Message => ({
  id: `evt_${randomUUID().replaceAll('-', '')}`,
  body: JSON.stringify({ type, timestamp: at.toISOString(), data }),
  at,
});

const tell = {
  name: 'webhook-event-tell',
  text: `
    WITH told AS MATERIALIZED (SELECT e.id FROM webhook_endpoints e WHERE e.org = $1 AND e.disabled_at IS NULL AND e.events && ARRAY[$2::text, '*'] FOR KEY SHARE),
         message AS (SELECT m.id, m.body, m.at FROM json_to_recordset($3::json) AS m (id text, body text, at timestamptz) WHERE EXISTS (SELECT FROM told)),
         event AS (INSERT INTO webhook_events (id, org, type, body, created_at) SELECT id, $1, $2, body, at FROM message)
    INSERT INTO webhook_deliveries (id, endpoint_id, event_id, created_at) SELECT gen_random_uuid(), told.id, message.id, message.at FROM told, message`,
};

/**
 * Has every endpoint told that asked to be, if and only if the caller's transaction commits. Where nobody asked, nothing is written.
 * An endpoint that is being deleted is passed over and fails nobody's transaction.
 */
export async function stageEvent(manager: EntityManager, event: StagedEvent): Promise<void> {
  await stageEvents(manager, event, [event]);
}

/** The same of several at once. */
export async function stageEvents(manager: EntityManager, { org, type }: Kind, occurrences: readonly Occurrence[]): Promise<void> {
  await posted(manager, tell, [org, type, JSON.stringify(occurrences.map((occurrence) => messageOf(type, occurrence)))]);
}

/** The same to one endpoint, whatever it asked for. @returns id of the delivery */
export async function stageEventTo(manager: EntityManager, endpointId: string, event: StagedEvent): Promise<string> {
  const { id, body } = messageOf(event.type, event);
  const deliveryId = randomUUID();
  await manager.query('INSERT INTO webhook_events (id, org, type, body, created_at) VALUES ($1, $2, $3, $4, $5)', [id, event.org, event.type, body, event.at]);
  await manager.query('INSERT INTO webhook_deliveries (id, endpoint_id, event_id, created_at) VALUES ($1, $2, $3, $4)', [deliveryId, endpointId, id, event.at]);
  return deliveryId;
}
