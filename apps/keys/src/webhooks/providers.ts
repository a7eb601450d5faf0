import type { Provider, Type } from '@nestjs/common';
import { CallTools } from './calling/call-tools.ts';
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
import { ListHookDeliveries } from './received/list-hook-deliveries.ts';
import { RedeliverHook } from './received/redeliver-hook.ts';
import { ShowHookDelivery } from './received/show-hook-delivery.ts';
import { HookDeliveryEntity } from './receiving/hook-delivery.entity.ts';
import { HookReplayEntity } from './receiving/hook-replay.entity.ts';
import { receivingProviders } from './receiving/providers.ts';
import { WebhookSecretEntity } from './secrets/webhook-secret.entity.ts';
import { WebhookSecrets } from './secrets/webhook-secrets.ts';
import { DeliverWebhooks } from './sending/deliver-webhooks.ts';
import { PruneWebhooks } from './sending/prune-webhooks.ts';
import { WebhookAttemptEntity } from './sending/webhook-attempt.entity.ts';
import { WebhookDeliveryEntity } from './sending/webhook-delivery.entity.ts';
import { WebhookEventEntity } from './sending/webhook-event.entity.ts';
import { ChangeWebhookSubscription } from './subscriptions/change-subscription.ts';
import { CreateWebhookSubscriptionOperation } from './subscriptions/create-subscription.ts';
import { DeleteWebhookSubscription } from './subscriptions/delete-subscription.ts';
import { ListWebhookSubscriptions } from './subscriptions/list-subscriptions.ts';
import { RetireSubscriptionSecret } from './subscriptions/retire-subscription-secret.ts';
import { RotateSubscriptionSecretOperation } from './subscriptions/rotate-subscription-secret.ts';
import { ShowWebhookSubscription } from './subscriptions/show-subscription.ts';
import { TriggerKeys } from './subscriptions/trigger-key.ts';
import { WebhookSubscriptionEntity } from './subscriptions/webhook-subscription.entity.ts';
import { WebhookSubscriptionsController } from './subscriptions/webhook-subscriptions.controller.ts';

const endpoints = [
  CreateWebhookEndpointOperation, ListWebhookEndpoints, ShowWebhookEndpoint, ChangeWebhookEndpoint, DeleteWebhookEndpoint, RotateEndpointSecret, RetireEndpointSecret, PingWebhookEndpoint,
];
const deliveries = [ListWebhookDeliveries, ShowWebhookDelivery, ReplayWebhookDelivery];
const subscriptions = [
  TriggerKeys, CreateWebhookSubscriptionOperation, ListWebhookSubscriptions, ShowWebhookSubscription, ChangeWebhookSubscription, DeleteWebhookSubscription,
  RotateSubscriptionSecretOperation, RetireSubscriptionSecret,
];
const received = [ListHookDeliveries, ShowHookDelivery, RedeliverHook];

export const webhookEntities: Type[] = [WebhookEndpointEntity, WebhookSecretEntity, WebhookEventEntity, WebhookDeliveryEntity, WebhookAttemptEntity, WebhookSubscriptionEntity, HookDeliveryEntity, HookReplayEntity];
export const webhookProviders: Provider[] = [WebhookSecrets, ...endpoints, ...deliveries, DeliverWebhooks, PruneWebhooks, ...subscriptions, ...received, ...receivingProviders, CallTools];
export const webhookControllers: Type[] = [WebhookEndpointsController, WebhookSubscriptionsController];
