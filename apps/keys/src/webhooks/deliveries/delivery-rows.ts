import { Problem } from '@latchkey/problem';
import type { EntityManager } from 'typeorm';
import { isRowId, type RowPosition } from '../../paging/page.ts';
import type { WebhookEndpointEntity } from '../endpoints/webhook-endpoint.entity.ts';

export interface DeliveryRow extends RowPosition {
  eventId: string;
  type: string;
  status: 'pending' | 'succeeded' | 'failed';
  attempts: number;
  dueAt: Date;
  replayOf: string | null;
  completedAt: Date | null;
}

export interface DeliveryFilter {
  endpointId: string;
  id?: string;
  status?: string | undefined;
  type?: string | undefined;
  before?: RowPosition | undefined;
  limit: number;
}

/** Deliveries to one endpoint with the type of their events, newest first. */
export function readDeliveries(manager: EntityManager, { endpointId, id, status, type, before, limit }: DeliveryFilter): Promise<DeliveryRow[]> {
  return manager.query<DeliveryRow[]>(
    `SELECT d.id, d.event_id AS "eventId", v.type, d.status, d.attempts, d.due_at AS "dueAt", d.replay_of AS "replayOf", d.created_at AS "createdAt", d.completed_at AS "completedAt"
     FROM webhook_deliveries d JOIN webhook_events v ON v.id = d.event_id
     WHERE d.endpoint_id = $1 AND ($2::uuid IS NULL OR d.id = $2) AND ($3::text IS NULL OR d.status = $3) AND ($4::text IS NULL OR v.type = $4)
       AND ($5::timestamptz IS NULL OR (d.created_at, d.id) < ($5, $6::uuid))
     ORDER BY d.created_at DESC, d.id DESC LIMIT $7`,
    [endpointId, id ?? null, status ?? null, type ?? null, before?.createdAt ?? null, before?.id ?? null, limit],
  );
}

/** @throws Problem `not_found` for what was not delivered to this endpoint */
export async function requireDelivery(manager: EntityManager, endpoint: Pick<WebhookEndpointEntity, 'id'>, id: string): Promise<DeliveryRow> {
  const [row] = isRowId(id) ? await readDeliveries(manager, { endpointId: endpoint.id, id, limit: 1 }) : [];
  if (row === undefined) throw new Problem('not_found', { detail: 'There is no such delivery.' });
  return row;
}
