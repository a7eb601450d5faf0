import * as subscriptions from '../../http/webhook-subscriptions.ts';
import { deletedWebhookSchema } from '../../http/webhook-endpoints.ts';
import { defineOperations } from '../operation.ts';

const path = '/v1/webhooks/subscriptions';

export const webhookSubscriptionOperations = defineOperations({
  createWebhookSubscription: {
    method: 'post', path, scope: 'webhooks:write',
    summary: 'Let a sender call a tool', description: 'Give `url` and `secret` to the sender. `secret` is in this answer and nowhere else.',
    body: subscriptions.createWebhookSubscriptionSchema, status: 201, answer: subscriptions.webhookSubscriptionWithSecretSchema, refusals: ['conflict', 'policy_violation', 'not_found'],
    examples: {
      body: { name: 'issues', project: 'prod', verifier: 'github', action: { server: 'demo', tool: 'add_task', arguments: { title: '#{{/issue/number}} {{/issue/title}}' } } },
    },
  },
  listWebhookSubscriptions: {
    method: 'get', path, scope: 'webhooks:read', summary: 'List subscriptions',
    query: subscriptions.listWebhookSubscriptionsQuerySchema, status: 200, answer: subscriptions.webhookSubscriptionPageSchema,
  },
  showWebhookSubscription: { method: 'get', path: `${path}/{id}`, scope: 'webhooks:read', summary: 'Show a subscription', status: 200, answer: subscriptions.webhookSubscriptionSchema },
  changeWebhookSubscription: {
    method: 'patch', path: `${path}/{id}`, scope: 'webhooks:write', summary: 'Change a subscription',
    body: subscriptions.updateWebhookSubscriptionSchema, status: 200, answer: subscriptions.webhookSubscriptionSchema,
  },
  deleteWebhookSubscription: {
    method: 'delete', path: `${path}/{id}`, scope: 'webhooks:write', summary: 'Delete a subscription', description: 'Its key is revoked.',
    status: 200, answer: deletedWebhookSchema,
  },
  rotateWebhookSubscriptionSecret: {
    method: 'post', path: `${path}/{id}/rotate-secret`, scope: 'webhooks:write', summary: 'Give a subscription another secret', description: 'Both are believed until the overlap is over.',
    body: subscriptions.rotateSubscriptionSecretSchema, bodyOptional: true, status: 201, answer: subscriptions.webhookSubscriptionWithSecretSchema, refusals: ['conflict'],
  },
  retireWebhookSubscriptionSecret: {
    method: 'delete', path: `${path}/{id}/secrets/{secret}`, scope: 'webhooks:write', summary: 'End a secret before its overlap does',
    status: 200, answer: subscriptions.webhookSubscriptionSchema, refusals: ['conflict'],
  },
  listHookDeliveries: {
    method: 'get', path: `${path}/{id}/deliveries`, scope: 'webhooks:read', summary: 'List what a sender sent',
    query: subscriptions.listHookDeliveriesQuerySchema, status: 200, answer: subscriptions.hookDeliveryPageSchema,
  },
  showHookDelivery: {
    method: 'get', path: `${path}/{id}/deliveries/{delivery}`, scope: 'webhooks:read', summary: 'Show what was sent, and the arguments made of it',
    status: 200, answer: subscriptions.hookDeliveryDetailSchema,
  },
  redeliverHook: {
    method: 'post', path: `${path}/{id}/deliveries/{delivery}/redeliver`, scope: 'webhooks:write', summary: 'Call the tool again with the same arguments',
    status: 202, answer: subscriptions.hookDeliverySchema, refusals: ['conflict'],
  },
});

/** Raw: the signature is over the bytes as they came. */
export const hookOperations = defineOperations({
  receiveHook: {
    method: 'post', path: '/v1/hooks/{subscription}', scope: null,
    summary: 'Receive a webhook', description: 'Who sends is known by the signature, in the form of the subscription\'s verifier. The same message again is 200 `duplicate` with the same id.',
    body: subscriptions.hookPayloadSchema, status: 202, answer: subscriptions.hookReceiptSchema, refusals: ['signature_invalid'],
  },
});
