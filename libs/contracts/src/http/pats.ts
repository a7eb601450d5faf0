import { z } from 'zod';
import { cidrSchema, displayNameSchema, grantSchema, printable, rateLimitSchema, slugSchema, toolPatternSchema } from '../identifiers.ts';
import { scopeSchema } from '../scopes.ts';
import { pageOf, pageQuerySchema } from './lists.ts';

export const expiresInSchema = z.enum(['never', '7d', '30d', '90d', '365d']);
export const patStatusSchema = z.enum(['active', 'expiring', 'expired', 'revoked']);

/** Body of `POST /v1/pats`. */
export const mintPatSchema = z.strictObject({
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
  expiresIn: expiresInSchema,
  /** Where it may be used from; without it, anywhere. */
  allowedIps: z.array(cidrSchema).min(1).max(100).optional(),
  /** Without it, as every credential. */
  rateLimit: rateLimitSchema.optional(),
});
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
});
export type Pat = z.infer<typeof patSchema>;

/** Answer of a mint: the only place where `token` ever appears. */
export const mintedPatSchema = patSchema.extend({ token: z.string(), consistency: z.string() });
export type MintedPat = z.infer<typeof mintedPatSchema>;

export const listPatsQuerySchema = pageQuerySchema.extend({
  status: patStatusSchema.optional(),
  owner: z.string().max(200).regex(printable, 'no control characters').optional(),
  org: slugSchema.optional(),
});
export type ListPatsQuery = z.infer<typeof listPatsQuerySchema>;
export const patPageSchema = pageOf(patSchema);

export const revokedPatSchema = z.object({
  id: z.string(),
  status: z.literal('revoked'),
  revokedAt: z.string(),
  consistency: z.string(),
});
export type RevokedPat = z.infer<typeof revokedPatSchema>;
