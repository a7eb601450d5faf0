import { z } from 'zod';
import { displayNameSchema, jsonValueSchema, printable, slugSchema } from '../identifiers.ts';
import { storableJson } from '../storable.ts';
import { pageOf, pageQuerySchema } from './lists.ts';
import { overlapSecondsSchema, webhookSecretSchema } from './webhook-endpoints.ts';

/** WH-14. */
export const webhookVerifierSchema = z.enum(['standard', 'github', 'stripe', 'slack', 'hmac-sha256']);
export type WebhookVerifier = z.infer<typeof webhookVerifierSchema>;

const maxTemplateLength = 16 * 1024;

/** What a text of a template may hold, with the pointer in a group: `{{/json/pointer}}` into what was sent, or `{{}}` for all of it. */
export const templatePlaceholder = '\\{\\{((?:/[^{}]*)?)\\}\\}';
/** The same where it is written: `~` is `~0` and `/` is `~1` (RFC 6901 section 3). */
const wellFormed = new RegExp(templatePlaceholder.replace('[^{}]', '(?:[^{}~]|~[01])'), 'g');

const opensNothing = (value: unknown): boolean => {
  if (typeof value === 'string') return !value.replaceAll(wellFormed, ' ').includes('{{');
  return typeof value !== 'object' || value === null || Object.values(value).every(opensNothing);
};

/** See docs/webhooks.md. What looks like a placeholder and is none would be sent to the tool as it stands, which nobody means. */
const templateSchema = storableJson(
  z
    .record(z.string().max(200), jsonValueSchema)
    .refine((value) => JSON.stringify(value).length <= maxTemplateLength, `at most ${maxTemplateLength} characters`)
    .refine(opensNothing, 'between {{ and }} is a JSON pointer into what was sent, such as {{/issue/title}}, or nothing'),
);

/** MCP, section "Tool names". */
const toolNameSchema = z.string().min(1).max(128).regex(/^[A-Za-z0-9_./-]+$/, 'letters, digits, and _ . / -');

const actionSchema = z.strictObject({ server: slugSchema, tool: toolNameSchema, arguments: templateSchema.default({}) });

/** RFC 9110 section 5.1. Those that carry credentials, or that a proxy may change, sign nothing. */
const headerNameSchema = z
  .string()
  .toLowerCase()
  .max(64)
  .regex(/^[a-z0-9!#$%&'*+.^_`|~-]+$/, 'not the name of a header')
  .refine((name) => !['authorization', 'cookie', 'host', 'content-length', 'content-type', '__proto__'].includes(name), 'no signature is read from this header: it has another meaning');

/** Where a plain HMAC is. With a header for the time, the HMAC is over `time.body`. */
const hmacSchema = z.strictObject({
  header: headerNameSchema.default('x-signature'),
  encoding: z.enum(['hex', 'base64']).default('hex'),
  prefix: z.string().max(32).regex(/^[\x21-\x7e]*$/, 'printable ASCII without spaces').default(''),
  timestampHeader: headerNameSchema.nullable().default(null),
  idHeader: headerNameSchema.nullable().default(null),
});

/** One that the sender made, as Stripe and Slack do; left out, one is made here. */
const givenSecretSchema = z.string().min(16).max(256).regex(printable, 'no control characters').regex(/^\S+$/, 'no spaces');
const toleranceSecondsSchema = z.number().int().min(30).max(3600);

/** Body of `POST /v1/webhooks/subscriptions`: who sends, how it is signed, and which tool is called with it. */
export const createWebhookSubscriptionSchema = z.strictObject({
  name: displayNameSchema,
  project: slugSchema,
  verifier: webhookVerifierSchema,
  action: actionSchema,
  secret: givenSecretSchema.optional(),
  hmac: hmacSchema.prefault({}),
  toleranceSeconds: toleranceSecondsSchema.default(300),
});
export type CreateWebhookSubscription = z.infer<typeof createWebhookSubscriptionSchema>;

/** Body of `PATCH /v1/webhooks/subscriptions/{id}`. Server and tool stay: what it may call was decided when it was made. */
export const updateWebhookSubscriptionSchema = z.strictObject({
  name: displayNameSchema.optional(),
  arguments: templateSchema.optional(),
  hmac: hmacSchema.optional(),
  toleranceSeconds: toleranceSecondsSchema.optional(),
  enabled: z.boolean().optional(),
});
export type UpdateWebhookSubscription = z.infer<typeof updateWebhookSubscriptionSchema>;

export const rotateSubscriptionSecretSchema = z.strictObject({ overlapSeconds: overlapSecondsSchema, secret: givenSecretSchema.optional() });
export type RotateSubscriptionSecret = z.infer<typeof rotateSubscriptionSecretSchema>;

export const webhookSubscriptionSchema = z.object({
  id: z.string(),
  org: z.string(),
  project: z.string(),
  name: z.string(),
  verifier: webhookVerifierSchema,
  action: actionSchema.extend({ arguments: z.record(z.string(), jsonValueSchema) }),
  hmac: hmacSchema,
  toleranceSeconds: z.number(),
  enabled: z.boolean(),
  /** Where the sender posts to. */
  url: z.string(),
  /** The key by which the tool is called: in its owner's name, for this tool only, revoked with the subscription. */
  key: z.string(),
  owner: z.string(),
  /** What came and was not believed: how often, and when last. */
  refused: z.object({ count: z.number().int(), lastAt: z.string().nullable() }),
  secrets: z.array(webhookSecretSchema),
  createdAt: z.string(),
});
export type WebhookSubscription = z.infer<typeof webhookSubscriptionSchema>;
export const webhookSubscriptionPageSchema = pageOf(webhookSubscriptionSchema);
export const webhookSubscriptionWithSecretSchema = webhookSubscriptionSchema.extend({ secret: z.string() });
export type WebhookSubscriptionWithSecret = z.infer<typeof webhookSubscriptionWithSecretSchema>;

export const listWebhookSubscriptionsQuerySchema = pageQuerySchema.extend({ project: slugSchema.optional() });
export type ListWebhookSubscriptionsQuery = z.infer<typeof listWebhookSubscriptionsQuerySchema>;

/** Answer of `POST /v1/hooks/{subscription}`; a repetition is answered with the id of what came first. */
export const hookReceiptSchema = z.object({ id: z.string(), status: z.enum(['accepted', 'duplicate']) });
export type HookReceipt = z.infer<typeof hookReceiptSchema>;

export const hookDeliveryStatusSchema = z.enum(['pending', 'succeeded', 'failed']);
/** Why a call failed: what the gateway or the tool said, or that there was nobody to say anything. */
export const hookErrorSchema = z.enum(['tool_error', 'refused', 'unavailable', 'disabled']);
export type HookError = z.infer<typeof hookErrorSchema>;

export const hookDeliverySchema = z.object({
  id: z.string(),
  status: hookDeliveryStatusSchema,
  attempts: z.number(),
  error: hookErrorSchema.nullable(),
  nextAttemptAt: z.string().nullable(),
  redeliveryOf: z.string().nullable(),
  receivedAt: z.string(),
  completedAt: z.string().nullable(),
});
export type HookDelivery = z.infer<typeof hookDeliverySchema>;
export const hookDeliveryPageSchema = pageOf(hookDeliverySchema);
export const hookDeliveryDetailSchema = hookDeliverySchema.extend({ payload: z.string(), arguments: z.record(z.string(), jsonValueSchema) });
export type HookDeliveryDetail = z.infer<typeof hookDeliveryDetailSchema>;

export const listHookDeliveriesQuerySchema = pageQuerySchema.extend({ status: hookDeliveryStatusSchema.optional() });
export type ListHookDeliveriesQuery = z.infer<typeof listHookDeliveriesQuerySchema>;

/** What a sender posts: JSON of any kind, or a form. What matters of it is its bytes, until the signature over them is verified. */
export const hookPayloadSchema = jsonValueSchema;
