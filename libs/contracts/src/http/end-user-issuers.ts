import { z } from 'zod';
import { displayNameSchema, httpUrlSchema, printable } from '../identifiers.ts';
import { pageOf } from './lists.ts';

/**
 * Body of `POST /v1/connections/issuers`: who may say, in `X-User-Token`, for which end user a call is made. `audience` is what its tokens have to
 * name, so that one that was made for something else is worth nothing here.
 */
export const registerEndUserIssuerSchema = z.strictObject({
  name: displayNameSchema,
  issuer: z.string().min(1).max(2048).regex(printable, 'no control characters'),
  jwksUri: httpUrlSchema,
  audience: z.string().min(1).max(512).regex(printable, 'no control characters'),
});
export type RegisterEndUserIssuer = z.infer<typeof registerEndUserIssuerSchema>;

export const endUserIssuerSchema = z.object({
  id: z.string(), org: z.string(), name: z.string(), issuer: z.string(), jwksUri: z.string(), audience: z.string(), status: z.enum(['active', 'revoked']), createdBy: z.string(), createdAt: z.string(), revokedAt: z.string().nullable(),
});
export type EndUserIssuer = z.infer<typeof endUserIssuerSchema>;
export const endUserIssuerPageSchema = pageOf(endUserIssuerSchema);
export const changedEndUserIssuerSchema = endUserIssuerSchema.extend({ consistency: z.string() });
export type ChangedEndUserIssuer = z.infer<typeof changedEndUserIssuerSchema>;
