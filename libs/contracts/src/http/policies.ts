import { z } from 'zod';

const seconds = (least: number) => z.number().int().min(least).max(31_536_000).nullable();

/** How a member may sign in. `federated` is any provider that the organization trusts. */
export const signInMethods = ['password', 'federated'] as const;

/**
 * What an organization demands of its members and of what acts in their name. Null is "as the deployment has it"; a value can only be
 * stricter than that.
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
