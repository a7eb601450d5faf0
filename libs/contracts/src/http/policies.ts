import { z } from 'zod';
import { slugSchema } from '../identifiers.ts';

const perMinute = z.number().int().min(1).max(10_000_000).nullable().default(null);
const seconds = (least: number) => z.number().int().min(least).max(31_536_000).nullable();

/** How a member may sign in. `federated` is any provider that the organization trusts. */
export const signInMethods = ['password', 'federated'] as const;

/**
 * What an organization demands of its members and of what acts in their name. Null is "as the deployment has it"; a life of tokens can only be
 * shorter than that, and a limit takes its place.
 */
export const organizationPolicySchema = z.object({
  signInMethods: z.array(z.enum(signInMethods)).min(1).default([...signInMethods]),
  mfaRequired: z.boolean().default(false),
  /** From sign-in; then whoever acts in this organization signs in again. */
  sessionMaxAgeSeconds: seconds(300).default(null),
  accessTokenTtlSeconds: seconds(60).default(null),
  refreshTokenTtlSeconds: seconds(300).default(null),
  /** The longest life of a personal access token; "never" is longer than any. */
  keyMaxLifetimeSeconds: seconds(3600).default(null),
  /** Requests of all its members together, through all gateways; null: no limit of its own. */
  requestsPerMinute: perMinute,
  /** Of one credential that has no limit of its own, at servers that have none for it. */
  requestsPerMinutePerCredential: perMinute,
  /** Which OAuth clients members may connect: all, those that the organization or `trustedClientDomains` vouch for, or registered ones only. */
  clients: z.enum(['any', 'trusted', 'registered']).default('any'),
  /** Hosts of client ID metadata documents, and of redirects, that count as trusted; `*.example.com` covers what is below it. */
  trustedClientDomains: z.array(z.string().max(255).regex(/^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+$/)).max(100).default([]),
  blockedClientDomains: z.array(z.string().max(255).regex(/^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+$/)).max(100).default([]),
  /** Keeps management scopes to clients that are trusted as above. */
  sensitiveScopesTrustedOnly: z.boolean().default(false),
  /** Who may register OAuth clients of the organization: its administrators, or every member. */
  clientRegistration: z.enum(['admins', 'members']).default('admins'),
});
export type OrganizationPolicy = z.infer<typeof organizationPolicySchema>;

export const defaultPolicy: OrganizationPolicy = organizationPolicySchema.parse({});

/** A policy as the API shows it. Revision 0: none was ever set, and the defaults hold. */
export const policyDocumentSchema = z.object({ org: z.string(), revision: z.number().int(), policy: organizationPolicySchema, updatedAt: z.string().nullable() });
export type PolicyDocument = z.infer<typeof policyDocumentSchema>;

export const policyQuerySchema = z.object({ org: slugSchema.optional() });

/** The members without their defaults: what a change leaves out stays as it is, and null is the default again. */
const changeable = Object.fromEntries(Object.entries(organizationPolicySchema.shape).map(([name, schema]) => [name, schema.unwrap().nullable().optional()]));

/** Body of `PATCH /v1/policies`. `revision` is the one that the change was made from; another one by now is a conflict. */
export const changePolicySchema = z.strictObject({
  org: slugSchema.optional(),
  revision: z.number().int().nonnegative(),
  policy: z.strictObject(changeable) as unknown as z.ZodType<{ [Name in keyof OrganizationPolicy]?: OrganizationPolicy[Name] | null }>,
});
export type ChangePolicy = z.infer<typeof changePolicySchema>;
export const changedPolicySchema = policyDocumentSchema.extend({ consistency: z.string() });
export type ChangedPolicy = z.infer<typeof changedPolicySchema>;
