import { z } from 'zod';
import { cidrSchema, displayNameSchema, grantSchema, printable, rateLimitSchema, resourcePathSchema, slugSchema, toolPatternSchema } from '../identifiers.ts';
import { requestHeaders } from '../headers.ts';
import { scopeSchema } from '../scopes.ts';
import { pageOf, pageQuerySchema } from './lists.ts';

/** What forms offer. */
export const expiryPresetSchema = z.enum(['never', '7d', '30d', '90d', '365d']);
/** Any number of hours or days will do. */
export const expiresInSchema = z.string().regex(/^(?:never|[1-9]\d{0,4}[hd])$/, 'never, 7d, 30d, 90d, 365d, or another number of hours or days, such as 36h');
const reasonSchema = z.string().trim().min(1).max(200).regex(printable, 'no control characters');
export const patStatusSchema = z.enum(['active', 'expiring', 'expired', 'revoked']);

/** Body of `POST /v1/pats`. */
export const mintPatSchema = z.strictObject({
  /** A service key belongs to the organization and to no person: it lives on when whoever minted it leaves. */
  kind: z.enum(['personal', 'service']).default('personal'),
  name: displayNameSchema,
  org: slugSchema,
  scopes: z.array(scopeSchema).min(1),
  projects: z.array(slugSchema).min(1).max(100).optional(),
  grants: z.array(grantSchema).min(1).max(100).optional(),
  tools: z
    .array(toolPatternSchema)
    .min(1)
    .max(200)
    .optional(),
  expiresIn: expiresInSchema.optional(),
  /** In the place of `expiresIn`. */
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  /** Where it may be used from; without it, anywhere. */
  allowedIps: z.array(cidrSchema).min(1).max(100).optional(),
  /** Without it, as every credential. */
  rateLimit: rateLimitSchema.optional(),
}).refine(({ expiresIn, expiresAt }) => (expiresIn === undefined) !== (expiresAt === undefined), { path: ['expiresIn'], message: 'expiresIn or expiresAt is needed, and not both' });
export type MintPat = z.infer<typeof mintPatSchema>;

/** A PAT as everybody may see it: `prefix` is the token's head up to its public id, never more. Times are ISO 8601. */
export const patSchema = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  org: z.string(),
  owner: z.string(),
  scopes: z.array(scopeSchema),
  projects: z.array(z.string()).optional(),
  grants: z.array(grantSchema).optional(),
  tools: z.array(z.string()).optional(),
  allowedIps: z.array(z.string()).optional(),
  rateLimit: rateLimitSchema.optional(),
  status: patStatusSchema,
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  /** Absent: `personal`. */
  kind: z.literal('service').optional(),
  revokeReason: z.string().optional(),
  /** Ids of the key that this one took the place of, and of the one that took its place. */
  replaces: z.string().optional(),
  replacedBy: z.string().optional(),
});
export type Pat = z.infer<typeof patSchema>;

/** Answer of a mint: the only place where `token` ever appears. */
export const mintedPatSchema = patSchema.extend({ token: z.string(), consistency: z.string() });
export type MintedPat = z.infer<typeof mintedPatSchema>;

export const listPatsQuerySchema = pageQuerySchema.extend({
  status: patStatusSchema.optional(),
  owner: z.string().max(200).regex(printable, 'no control characters').optional(),
  org: slugSchema.optional(),
  /** Keys that nobody has used since then, although they were there: never used ones too. */
  unusedSince: z.iso.datetime({ offset: true }).optional(),
  /** Keys that live, and were given a longer life than this: what a policy of that length would no longer allow. */
  longerThanSeconds: z.coerce.number().int().min(1).max(1_000_000_000).optional(),
});
export type ListPatsQuery = z.infer<typeof listPatsQuerySchema>;
/** Body of `POST /v1/pats/verify`. What somebody was shown can be anything, also longer than any token: that is a no, and no fault of who asks. */
export const verifyPatSchema = z.strictObject({ token: z.string().max(8192), scope: scopeSchema.optional(), resource: resourcePathSchema.optional() });
export type VerifyPat = z.infer<typeof verifyPatSchema>;

/** A no is an answer, and no error: `code` says why. */
export const verifiedPatSchema = z.object({
  valid: z.boolean(),
  code: z.string().nullable(),
  principal: patSchema.pick({ id: true, kind: true, name: true, org: true, owner: true, scopes: true, projects: true, grants: true, tools: true, allowedIps: true, expiresAt: true }).optional(),
});
export type VerifiedPat = z.infer<typeof verifiedPatSchema>;

export const patPageSchema = pageOf(patSchema);

/** The caller's own name for a mint or a rotation; the same request under the same name gets the same answer for ten minutes. */
export const idempotencyKeySchema = z.object({
  [requestHeaders.idempotencyKey]: z.string().max(255).regex(/^[\x21-\x7e]+$/, 'printable ASCII characters').optional(),
});

/** Body of `PATCH /v1/pats/{id}`: what is given takes the place of what there is, and may be no more than that. */
export const changePatSchema = z
  .strictObject(mintPatSchema.shape)
  .pick({ name: true, scopes: true, projects: true, grants: true, tools: true, allowedIps: true, rateLimit: true })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'nothing to change');
export type ChangePat = z.infer<typeof changePatSchema>;
export const changedPatSchema = patSchema.extend({ consistency: z.string() });
export type ChangedPat = z.infer<typeof changedPatSchema>;

/** Body of `POST /v1/pats/{id}/rotate`: how long the old token goes on working beside the new one, and how long the new one lives; left out, as long as the old one was to. */
export const rotatePatSchema = z.strictObject({ graceSeconds: z.number().int().min(0).max(604_800).default(0), expiresIn: expiresInSchema.optional() });
export type RotatePat = z.infer<typeof rotatePatSchema>;

/** Body of `DELETE /v1/pats/{id}`, which may be left out. */
export const revokePatSchema = z.strictObject({ reason: reasonSchema.optional() });
export type RevokePatBody = z.infer<typeof revokePatSchema>;

/**
 * Body of `POST /v1/pats/revoke`: keys by name, or all that meet what is said of them. `project`: keys that name it in their projects or
 * grants. `org` alone: every key of the organization.
 */
export const revokePatsSchema = z
  .strictObject({
    ids: z.array(z.string().regex(/^[0-9A-Za-z]{8}$/)).min(1).max(100).optional(),
    user: z.string().min(1).max(200).regex(printable, 'no control characters').optional(),
    org: slugSchema.optional(),
    project: slugSchema.optional(),
    /** Epochs count from 1970 on, and no key is older. */
    issuedBefore: z.iso.datetime({ offset: true }).refine((text) => Date.parse(text) >= 0, 'in 1970 or later').optional(),
    reason: reasonSchema.optional(),
  })
  .refine(
    ({ ids, user, org, project, issuedBefore }) =>
      ids === undefined ? [user, org, project, issuedBefore].some((part) => part !== undefined) : [user, project, issuedBefore].every((part) => part === undefined),
    'name ids, or say which keys by user, org, project or issuedBefore',
  );
export type RevokePats = z.infer<typeof revokePatsSchema>;
/** `consistency` is null where there was nothing to revoke. */
export const revokedPatsSchema = z.object({ revoked: z.number().int(), consistency: z.string().nullable() });
export type RevokedPats = z.infer<typeof revokedPatsSchema>;

export const revokedPatSchema = z.object({
  id: z.string(),
  status: z.literal('revoked'),
  revokedAt: z.string(),
  consistency: z.string(),
});
export type RevokedPat = z.infer<typeof revokedPatSchema>;
