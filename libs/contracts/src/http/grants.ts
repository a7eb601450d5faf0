import { z } from 'zod';
import { printable, slugSchema } from '../identifiers.ts';
import { pageOf, pageQuerySchema } from './lists.ts';

/** `revoked` is also what a sign-out everywhere or the end of a membership made of it. */
export const grantStatuses = ['active', 'expired', 'revoked'] as const;
const statusSchema = z.enum(grantStatuses);

/** How it came to be: the consent page, a consent that was remembered, a code shown by a device. */
export const grantOrigins = ['consent', 'remembered', 'device', 'assertion'] as const;
export const grantOriginSchema = z.enum(grantOrigins);
export type GrantOrigin = z.infer<typeof grantOriginSchema>;

/** A connected program: what one user allowed one client, once. Its id is the `gid` of its tokens. */
export const issuedGrantSchema = z.object({
  id: z.string(),
  user: z.string(),
  email: z.string(),
  client: z.object({
    id: z.string(),
    /** As the client names itself, when this was allowed. */
    name: z.string().nullable(),
    kind: z.enum(['registered', 'dynamic', 'document']),
    /** Where its answers went: `https://app.example`, `loopback`, `cursor:`; null for a device. */
    redirect: z.string().nullable(),
  }),
  org: z.string().nullable(),
  resource: z.string().nullable(),
  /** The only projects in which it may act; null: all of the organization, as far as the role of its user goes. */
  projects: z.array(z.string()).nullable(),
  scopes: z.array(z.string()),
  origin: grantOriginSchema,
  status: statusSchema,
  createdAt: z.string(),
  /** To the minute, with the address it came from. */
  lastUsedAt: z.string().nullable(),
  address: z.string().nullable(),
  expiresAt: z.string(),
  revokedAt: z.string().nullable(),
});
export type IssuedGrant = z.infer<typeof issuedGrantSchema>;
export const issuedGrantPageSchema = pageOf(issuedGrantSchema);

const clientIdSchema = z.string().min(1).max(2048).regex(printable);

/** Without `user`: everybody's, for administrators; one's own, for everybody else. */
export const listGrantsQuerySchema = pageQuerySchema.extend({
  org: slugSchema.optional(),
  user: z.uuid().optional(),
  client: clientIdSchema.optional(),
  status: statusSchema.optional(),
});
export type ListGrantsQuery = z.infer<typeof listGrantsQuerySchema>;

export const revokedGrantSchema = z.object({ id: z.string(), status: z.literal('revoked'), revokedAt: z.string(), consistency: z.string() });
export type RevokedGrant = z.infer<typeof revokedGrantSchema>;

/** Body of `POST /v1/grants/revoke`: all of one client in the organization, all of one user, or where the two meet. */
export const revokeGrantsSchema = z
  .strictObject({ org: slugSchema.optional(), client: clientIdSchema.optional(), user: z.uuid().optional() })
  .refine(({ client, user }) => client !== undefined || user !== undefined, 'client or user is needed');
export type RevokeGrants = z.infer<typeof revokeGrantsSchema>;

/** `consistency` is null where there was nothing to revoke. */
export const revokedGrantsSchema = z.object({ revoked: z.number().int(), consistency: z.string().nullable() });
export type RevokedGrants = z.infer<typeof revokedGrantsSchema>;

/** A yes that is remembered: the next request for no more than this is answered without asking. One's own only. */
export const rememberedConsentSchema = z.object({
  id: z.string(),
  client: z.object({ id: z.string(), name: z.string(), redirect: z.string() }),
  org: z.string().nullable(),
  resource: z.string().nullable(),
  projects: z.array(z.string()).nullable(),
  scopes: z.array(z.string()),
  createdAt: z.string(),
  expiresAt: z.string(),
});
export type RememberedConsent = z.infer<typeof rememberedConsentSchema>;
export const rememberedConsentPageSchema = pageOf(rememberedConsentSchema);

/** Answer of forgetting one: it is gone. */
export const forgottenConsentSchema = z.object({ id: z.string() });
export type ForgottenConsent = z.infer<typeof forgottenConsentSchema>;
