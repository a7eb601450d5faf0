import type { Provider, Type } from '@nestjs/common';
import { ListWebhookDeliveries } from './deliveries/list-deliveries.ts';
import { ReplayWebhookDelivery } from './deliveries/replay-delivery.ts';
import { ShowWebhookDelivery } from './deliveries/show-delivery.ts';
import { ChangeWebhookEndpoint } from './endpoints/change-endpoint.ts';
import { CreateWebhookEndpointOperation } from './endpoints/create-endpoint.ts';
import { DeleteWebhookEndpoint } from './endpoints/delete-endpoint.ts';
import { ListWebhookEndpoints } from './endpoints/list-endpoints.ts';
import { PingWebhookEndpoint } from './endpoints/ping-endpoint.ts';
import { RetireEndpointSecret } from './endpoints/retire-secret.ts';
import { RotateEndpointSecret } from './endpoints/rotate-secret.ts';
import { ShowWebhookEndpoint } from './endpoints/show-endpoint.ts';
import { WebhookEndpointEntity } from './endpoints/webhook-endpoint.entity.ts';
import { WebhookEndpointsController } from './endpoints/webhook-endpoints.controller.ts';
import { WebhookSecretEntity } from './secrets/webhook-secret.entity.ts';
import { WebhookSecrets } from './secrets/webhook-secrets.ts';
import { DeliverWebhooks } from './sending/deliver-webhooks.ts';
import { PruneWebhooks } from './sending/prune-webhooks.ts';
import { WebhookAttemptEntity } from './sending/webhook-attempt.entity.ts';
import { WebhookDeliveryEntity } from './sending/webhook-delivery.entity.ts';
import { WebhookEventEntity } from './sending/webhook-event.entity.ts';

const endpoints = [
  CreateWebhookEndpointOperation, ListWebhookEndpoints, ShowWebhookEndpoint, ChangeWebhookEndpoint, DeleteWebhookEndpoint, RotateEndpointSecret, RetireEndpointSecret, PingWebhookEndpoint,
];
const deliveries = [ListWebhookDeliveries, ShowWebhookDelivery, ReplayWebhookDelivery];

export const webhookEntities: Type[] = [WebhookEndpointEntity, WebhookSecretEntity, WebhookEventEntity, WebhookDeliveryEntity, WebhookAttemptEntity];
export const webhookProviders: Provider[] = [WebhookSecrets, ...endpoints, ...deliveries, DeliverWebhooks, PruneWebhooks];
export const webhookControllers: Type[] = [WebhookEndpointsController];
