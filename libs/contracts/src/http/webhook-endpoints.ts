import { z } from 'zod';
import { httpUrlSchema, printable } from '../identifiers.ts';
import { pageOf, pageQuerySchema } from './lists.ts';

/** What an endpoint may be told of; `webhook.ping` is sent on request only, and to the one endpoint that is tried. */
export const webhookEventTypes = ['key.minted', 'key.rotated', 'key.revoked', 'keys.revoked', 'key.expiring', 'webhook.endpoint_disabled'] as const;
export type WebhookEventType = (typeof webhookEventTypes)[number];

/** WH-04: https, and no credentials in it; http is for receivers on one's own computer, where private addresses are allowed. */
export const webhookUrlSchema = httpUrlSchema
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { username, password, hash } = new URL(text);
    return username === '' && password === '' && hash === '';
  }, 'a URL without credentials and without a fragment');

const eventsSchema = z.array(z.enum(['*', ...webhookEventTypes])).min(1).max(50).transform((types) => [...new Set(types)]);
const descriptionSchema = z.string().trim().max(200).regex(printable, 'no control characters');

/** Overlap of two secrets, in which both are good: a day unless said otherwise, a week at most (WH-02). */
export const overlapSecondsSchema = z.number().int().min(0).max(604_800).default(86_400);

/** Body of `POST /v1/webhooks/endpoints`: where to send, and what. */
export const createWebhookEndpointSchema = z.strictObject({ url: webhookUrlSchema, events: eventsSchema, description: descriptionSchema.default('') });
export type CreateWebhookEndpoint = z.infer<typeof createWebhookEndpointSchema>;

/** Body of `PATCH /v1/webhooks/endpoints/{id}`. `enabled` true also forgets past failures. */
export const updateWebhookEndpointSchema = z.strictObject({
  url: webhookUrlSchema.optional(),
  events: eventsSchema.optional(),
  description: descriptionSchema.optional(),
  enabled: z.boolean().optional(),
});
export type UpdateWebhookEndpoint = z.infer<typeof updateWebhookEndpointSchema>;

export const rotateWebhookSecretSchema = z.strictObject({ overlapSeconds: overlapSecondsSchema });
export type RotateWebhookSecret = z.infer<typeof rotateWebhookSecretSchema>;

/** A secret as everybody may see it: that it is there, and until when. */
export const webhookSecretSchema = z.object({ id: z.string(), createdAt: z.string(), expiresAt: z.string().nullable() });
export type WebhookSecret = z.infer<typeof webhookSecretSchema>;

export const webhookEndpointStatusSchema = z.enum(['active', 'failing', 'disabled']);

export const webhookEndpointSchema = z.object({
  id: z.string(),
  org: z.string(),
  url: z.string(),
  description: z.string(),
  events: z.array(z.string()),
  /** `failing`: its deliveries wait until `pausedUntil`, when one of them is tried. */
  status: webhookEndpointStatusSchema,
  disabledReason: z.enum(['asked', 'gone']).nullable(),
  failingSince: z.string().nullable(),
  pausedUntil: z.string().nullable(),
  /** Those that sign at the moment, the newest first. */
  secrets: z.array(webhookSecretSchema),
  createdBy: z.string(),
  createdAt: z.string(),
});
export type WebhookEndpoint = z.infer<typeof webhookEndpointSchema>;
export const webhookEndpointPageSchema = pageOf(webhookEndpointSchema);

/** Answer where a secret was made: the only place where `secret` ever appears. */
export const webhookEndpointWithSecretSchema = webhookEndpointSchema.extend({ secret: z.string() });
export type WebhookEndpointWithSecret = z.infer<typeof webhookEndpointWithSecretSchema>;

export const webhookDeliveryStatusSchema = z.enum(['pending', 'succeeded', 'failed']);

/** One message to one endpoint. `eventId` is its `webhook-id`, the same at every attempt and in every replay. */
export const webhookDeliverySchema = z.object({
  id: z.string(),
  eventId: z.string(),
  type: z.string(),
  status: webhookDeliveryStatusSchema,
  attempts: z.number(),
  nextAttemptAt: z.string().nullable(),
  replayOf: z.string().nullable(),
  createdAt: z.string(),
  completedAt: z.string().nullable(),
});
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>;
export const webhookDeliveryPageSchema = pageOf(webhookDeliverySchema);

/** Why an attempt failed where there was no answer. */
export const webhookAttemptErrorSchema = z.enum(['timeout', 'address_refused', 'connection_failed']);
export type WebhookAttemptError = z.infer<typeof webhookAttemptErrorSchema>;

export const webhookAttemptSchema = z.object({
  number: z.number(),
  at: z.string(),
  durationMs: z.number(),
  statusCode: z.number().nullable(),
  error: webhookAttemptErrorSchema.nullable(),
  /** Ids of the secrets that signed it. */
  secrets: z.array(z.string()),
});
export type WebhookAttempt = z.infer<typeof webhookAttemptSchema>;

/** A delivery with what was sent, to the byte, and every attempt. */
export const webhookDeliveryDetailSchema = webhookDeliverySchema.extend({ body: z.string(), log: z.array(webhookAttemptSchema) });
export type WebhookDeliveryDetail = z.infer<typeof webhookDeliveryDetailSchema>;

export const listWebhookEndpointsQuerySchema = pageQuerySchema;
export const listWebhookDeliveriesQuerySchema = pageQuerySchema.extend({ status: webhookDeliveryStatusSchema.optional(), type: z.string().max(64).regex(printable, 'no control characters').optional() });
export type ListWebhookDeliveriesQuery = z.infer<typeof listWebhookDeliveriesQuerySchema>;

export const deletedWebhookSchema = z.object({ id: z.string(), deletedAt: z.string() });
export type DeletedWebhook = z.infer<typeof deletedWebhookSchema>;
