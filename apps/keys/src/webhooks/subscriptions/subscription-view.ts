import type { WebhookSubscription } from '@latchkey/contracts';
import type { WebhookSecretEntity } from '../secrets/webhook-secret.entity.ts';
import { secretView } from '../secrets/webhook-secrets.ts';
import type { WebhookSubscriptionEntity } from './webhook-subscription.entity.ts';

/** A subscription as its project sees it. */
export function subscriptionView(row: WebhookSubscriptionEntity, secrets: readonly WebhookSecretEntity[], gatewayUrl: string): WebhookSubscription {
  const { id, org, project, name, verifier, action, hmac, toleranceSeconds, enabled, owner, keyId } = row;
  return {
    id,
    org,
    project,
    name,
    verifier,
    action: action as WebhookSubscription['action'],
    hmac,
    toleranceSeconds,
    enabled,
    url: `${gatewayUrl}/v1/hooks/${id}`,
    key: keyId,
    owner,
    refused: { count: row.refused, lastAt: row.refusedAt?.toISOString() ?? null },
    secrets: secrets.filter(({ subscriptionId }) => subscriptionId === id).map(secretView),
    createdAt: row.createdAt.toISOString(),
  };
}
