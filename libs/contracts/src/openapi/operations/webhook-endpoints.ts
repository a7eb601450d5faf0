import * as endpoints from '../../http/webhook-endpoints.ts';
import { defineOperations } from '../operation.ts';

const path = '/v1/webhooks/endpoints';

export const webhookEndpointOperations = defineOperations({
  createWebhookEndpoint: {
    method: 'post', path, scope: 'webhooks:write',
    summary: 'Register an endpoint for events', description: 'Messages are Standard Webhooks. `secret` is in this answer and nowhere else.',
    body: endpoints.createWebhookEndpointSchema, status: 201, answer: endpoints.webhookEndpointWithSecretSchema, refusals: ['conflict', 'policy_violation'],
    examples: { body: { url: 'https://example.com/latchkey', events: ['key.revoked', 'key.expiring'] } },
  },
  listWebhookEndpoints: {
    method: 'get', path, scope: 'webhooks:read', summary: 'List endpoints',
    query: endpoints.listWebhookEndpointsQuerySchema, status: 200, answer: endpoints.webhookEndpointPageSchema,
  },
  showWebhookEndpoint: { method: 'get', path: `${path}/{id}`, scope: 'webhooks:read', summary: 'Show an endpoint', status: 200, answer: endpoints.webhookEndpointSchema },
  changeWebhookEndpoint: {
    method: 'patch', path: `${path}/{id}`, scope: 'webhooks:write', summary: 'Change an endpoint', description: '`enabled: true` also forgets past failures.',
    body: endpoints.updateWebhookEndpointSchema, status: 200, answer: endpoints.webhookEndpointSchema, refusals: ['policy_violation'],
  },
  deleteWebhookEndpoint: { method: 'delete', path: `${path}/{id}`, scope: 'webhooks:write', summary: 'Delete an endpoint', status: 200, answer: endpoints.deletedWebhookSchema },
  rotateWebhookEndpointSecret: {
    method: 'post', path: `${path}/{id}/rotate-secret`, scope: 'webhooks:write', summary: 'Give an endpoint another secret', description: 'Both sign until the overlap is over.',
    body: endpoints.rotateWebhookSecretSchema, bodyOptional: true, status: 201, answer: endpoints.webhookEndpointWithSecretSchema, refusals: ['conflict'],
    examples: { body: { overlapSeconds: 86_400 } },
  },
  rotateWebhookEndpoint: {
    method: 'post', path: `${path}/{id}/rotate`, scope: 'webhooks:write', summary: 'The same, by a shorter path',
    body: endpoints.rotateWebhookSecretSchema, bodyOptional: true, status: 201, answer: endpoints.webhookEndpointWithSecretSchema, refusals: ['conflict'],
  },
  retireWebhookEndpointSecret: {
    method: 'delete', path: `${path}/{id}/secrets/{secret}`, scope: 'webhooks:write', summary: 'End a secret before its overlap does',
    status: 200, answer: endpoints.webhookEndpointSchema, refusals: ['conflict'],
  },
  pingWebhookEndpoint: { method: 'post', path: `${path}/{id}/ping`, scope: 'webhooks:write', summary: 'Send a test event', status: 202, answer: endpoints.webhookDeliverySchema, refusals: ['conflict'] },
  listWebhookDeliveries: {
    method: 'get', path: `${path}/{id}/deliveries`, scope: 'webhooks:read', summary: 'List deliveries of an endpoint',
    query: endpoints.listWebhookDeliveriesQuerySchema, status: 200, answer: endpoints.webhookDeliveryPageSchema,
  },
  showWebhookDelivery: {
    method: 'get', path: `${path}/{id}/deliveries/{delivery}`, scope: 'webhooks:read', summary: 'Show a delivery, with every attempt',
    status: 200, answer: endpoints.webhookDeliveryDetailSchema,
  },
  replayWebhookDelivery: {
    method: 'post', path: `${path}/{id}/deliveries/{delivery}/replay`, scope: 'webhooks:write', summary: 'Send an event again', description: 'Under its own id.',
    status: 202, answer: endpoints.webhookDeliverySchema, refusals: ['conflict'],
  },
});
