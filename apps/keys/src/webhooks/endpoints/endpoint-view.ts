import type { WebhookEndpoint } from '@latchkey/contracts';
import { secretView } from '../secrets/webhook-secrets.ts';
import type { WebhookSecretEntity } from '../secrets/webhook-secret.entity.ts';
import { isOpen } from '../sending/circuit.ts';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity.ts';

/** An endpoint as its administrators see it. */
export function endpointView(row: WebhookEndpointEntity, secrets: readonly WebhookSecretEntity[], now: Date): WebhookEndpoint {
  const { id, org, url, description, events, createdBy } = row;
  return {
    id,
    org,
    url,
    description,
    events,
    status: row.disabledAt !== null ? 'disabled' : isOpen(row.failures) ? 'failing' : 'active',
    disabledReason: row.disabledReason,
    failingSince: row.failingSince?.toISOString() ?? null,
    pausedUntil: row.pausedUntil !== null && row.pausedUntil > now ? row.pausedUntil.toISOString() : null,
    secrets: secrets.filter(({ endpointId }) => endpointId === id).map(secretView),
    createdBy,
    createdAt: row.createdAt.toISOString(),
  };
}
