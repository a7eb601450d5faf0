import type { HookDelivery } from '@latchkey/contracts';
import type { HookDeliveryEntity } from '../receiving/hook-delivery.entity.ts';

export const hookDeliveryView = ({ id, status, attempts, error, dueAt, redeliveryOf, createdAt, completedAt }: HookDeliveryEntity): HookDelivery => ({
  id,
  status,
  attempts,
  error,
  nextAttemptAt: status === 'pending' ? dueAt.toISOString() : null,
  redeliveryOf,
  receivedAt: createdAt.toISOString(),
  completedAt: completedAt?.toISOString() ?? null,
});
