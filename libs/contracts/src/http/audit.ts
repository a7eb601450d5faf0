import { z } from 'zod';
import { auditEventSchema } from '../audit.ts';
import { printable, slugSchema } from '../identifiers.ts';
import { pageOf, pageQuerySchema } from './lists.ts';

const id = z.string().min(1).max(256).regex(printable);
// `from` and `to` are the one in a list and the other in the chain: whoever takes one for the other is told.
const moment = z.iso.datetime({ offset: true, error: 'a time is expected, such as 2026-01-31T00:00:00Z' });
const positionExpected = 'a position in the chain is expected, a whole number from 1 (times are for GET /v1/audit)';
const position = z.coerce.number(positionExpected).int(positionExpected).min(1, positionExpected).max(Number.MAX_SAFE_INTEGER, positionExpected);
const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * Query of `GET /v1/audit`. `action` is the beginning of one: `member.` finds all of members. `actor` and `target` are ids, or `me`: what
 * the caller did, and what happened to the caller's account. `from` is included, `to` is not.
 */
export const listAuditQuerySchema = pageQuerySchema.extend({
  org: slugSchema.optional(),
  action: z.string().max(64).regex(/^[a-z][a-z_.]*$/).optional(),
  actor: id.optional(),
  target: id.optional(),
  credential: id.optional(),
  address: id.optional(),
  requestId: id.optional(),
  outcome: auditEventSchema.shape.outcome.optional(),
  service: auditEventSchema.shape.service.optional(),
  from: moment.optional(),
  to: moment.optional(),
});
export type ListAuditQuery = z.infer<typeof listAuditQuerySchema>;

/** An event in a list; `position` and `hash` are null during the second or so before it becomes a link of the chain. */
export const listedAuditEventSchema = auditEventSchema.extend({ position: z.number().nullable(), hash: hashSchema.nullable() });
export type ListedAuditEvent = z.infer<typeof listedAuditEventSchema>;
export const auditPageSchema = pageOf(listedAuditEventSchema);

/** A line of an export, and what a hash is made of: see docs/audit.md. `previous` of the first link is 64 zeros. */
export const auditLinkSchema = z.object({ position: z.number().int().min(1), previous: hashSchema, hash: hashSchema, event: auditEventSchema });
export type AuditLink = z.infer<typeof auditLinkSchema>;

/** Positions in the chain, both included. */
export const exportAuditQuerySchema = z.object({ org: slugSchema.optional(), from: position.optional(), to: position.optional() });
export type ExportAuditQuery = z.infer<typeof exportAuditQuerySchema>;

/** `head` is one that was noted down before, `position:hash`: only what is kept elsewhere proves that no end was cut off. */
export const verifyAuditQuerySchema = exportAuditQuerySchema.extend({
  head: z
    .string()
    .regex(/^[1-9][0-9]{0,14}:[0-9a-f]{64}$/)
    .transform((text) => ({ position: Number(text.split(':')[0]), hash: text.split(':')[1] ?? '' }))
    .optional(),
});
export type VerifyAuditQuery = z.infer<typeof verifyAuditQuerySchema>;

/** What is wrong with a link: it is not there, not what was hashed, not attached to the one before; or the end or the beginning was cut off. */
export const auditFlawSchema = z.enum(['missing', 'changed', 'detached', 'truncated', 'other_history', 'cut_beginning']);
export type AuditFlaw = z.infer<typeof auditFlawSchema>;

export const auditVerificationSchema = z.object({
  ok: z.boolean(),
  checked: z.number(),
  firstBad: z.object({ position: z.number(), flaw: auditFlawSchema }).nullable(),
  /** The newest link; null of an empty chain */
  head: z.object({ position: z.number(), hash: hashSchema }).nullable(),
  /** Where to go on with `from`: one call checks a bounded number of links */
  next: z.number().nullable(),
});
export type AuditVerification = z.infer<typeof auditVerificationSchema>;
