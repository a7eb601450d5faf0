import { z } from 'zod';
import { maxActors } from './claims.ts';
import { displayNameSchema, printable } from './identifiers.ts';

/** `member.removed`, `password_reset.requested`: the thing, and what became of it. */
export const auditActionSchema = z.string().max(64).regex(/^[a-z][a-z_]*(?:\.[a-z][a-z_]*)+$/);

const text = (max: number) => z.string().max(max).regex(printable);

/** A kind and an id, both of our own making or cut to what a line of a log can hold. */
const referenceSchema = z.object({ kind: z.string().max(32).regex(/^[a-z][a-z_]*$/), id: text(256) });

/**
 * Who did it. `anonymous` is whoever was not recognized yet: a failed sign-in, a leak report. `by` is there where somebody else did it in
 * their name, with a token that says so: who, nearest first.
 */
export const auditActorSchema = z.object({
  kind: z.enum(['user', 'client', 'service', 'anonymous']),
  id: text(256).nullable(),
  by: z.array(text(256)).min(1).max(maxActors).optional(),
});

/** Small facts that tell one act from another. Never a secret, a token, a hash of one, or a whole document. Hot path: what is most frequent comes first. */
const detailsSchema = z.record(z.string().max(64), z.union([text(512), z.null(), z.array(text(256)).max(50), z.number(), z.boolean()]));

/** One security-relevant act. `org` null: of the deployment, and of no tenant. Times are ISO 8601 in milliseconds. */
export const auditEventSchema = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  service: z.enum(['identity', 'keys', 'gateway']),
  org: z.string().nullable(),
  actor: auditActorSchema,
  /** What the actor used: a key, an access token, a console session. */
  credential: referenceSchema.nullable(),
  action: auditActionSchema,
  target: referenceSchema.extend({ name: displayNameSchema.optional() }).nullable(),
  outcome: z.enum(['success', 'refused', 'failed']),
  /** Why not, by the closed list of codes where one fits. */
  code: z.string().max(64).nullable(),
  address: z.string().max(64).nullable(),
  requestId: z.string().max(128).nullable(),
  details: detailsSchema,
});
export type AuditEvent = z.infer<typeof auditEventSchema>;
export type AuditActor = AuditEvent['actor'];
