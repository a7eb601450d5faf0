import type { WebhookDelivery } from '@latchkey/contracts';
import type { DeliveryRow } from './delivery-rows.ts';

export const deliveryView = ({ id, eventId, type, status, attempts, dueAt, replayOf, createdAt, completedAt }: DeliveryRow): WebhookDelivery => ({
  id,
  eventId,
  type,
  status,
  attempts,
  nextAttemptAt: status === 'pending' ? dueAt.toISOString() : null,
  replayOf,
  createdAt: createdAt.toISOString(),
  completedAt: completedAt?.toISOString() ?? null,
});
