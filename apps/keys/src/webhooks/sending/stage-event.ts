import { randomUUID } from 'node:crypto';
import type { WebhookEventType } from '@latchkey/contracts';
import { posted } from '@latchkey/postgres';
import type { EntityManager } from 'typeorm';

export interface StagedEvent {
  org: string;
  type: WebhookEventType | 'webhook.ping';
  at: Date;
  /** For receivers outside; never a token, a hash or a secret. */
  data: Readonly<Record<string, unknown>>;
}

interface Message {
  id: string;
  body: string;
}

/** The bytes that are signed and sent, at every attempt the same. */
const messageOf = ({ type, at, data }: StagedEvent): Message => ({
  id: `evt_${randomUUID().replaceAll('-', '')}`,
  body: JSON.stringify({ type, timestamp: at.toISOString(), data }),
});

const tell = {
  name: 'webhook-event-tell',
  text: `
    WITH told AS MATERIALIZED (SELECT e.id FROM webhook_endpoints e WHERE e.org = $2 AND e.disabled_at IS NULL AND e.events && ARRAY[$3::text, '*'] FOR KEY SHARE),
         event AS (INSERT INTO webhook_events (id, org, type, body, created_at) SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT FROM told))
    INSERT INTO webhook_deliveries (id, endpoint_id, event_id, created_at) SELECT gen_random_uuid(), told.id, $1, $5 FROM told`,
};

/**
 * Has every endpoint told that asked to be, if and only if the caller's transaction commits. Where nobody asked, nothing is written.
 * An endpoint that is being deleted is passed over and fails nobody's transaction.
 */
export async function stageEvent(manager: EntityManager, event: StagedEvent): Promise<void> {
  const { id, body } = messageOf(event);
  await posted(manager, tell, [id, event.org, event.type, body, event.at]);
}

/** The same to one endpoint, whatever it asked for. @returns id of the delivery */
export async function stageEventTo(manager: EntityManager, endpointId: string, event: StagedEvent): Promise<string> {
  const { id, body } = messageOf(event);
  const deliveryId = randomUUID();
  await manager.query('INSERT INTO webhook_events (id, org, type, body, created_at) VALUES ($1, $2, $3, $4, $5)', [id, event.org, event.type, body, event.at]);
  await manager.query('INSERT INTO webhook_deliveries (id, endpoint_id, event_id, created_at) VALUES ($1, $2, $3, $4)', [deliveryId, endpointId, id, event.at]);
  return deliveryId;
}
