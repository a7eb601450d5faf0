import { z } from 'zod';
import { slugSchema } from '../identifiers.ts';
import { pageOf } from './lists.ts';

/** What the last look at the DNS found: the value, no such record, other values only, or no answer. */
export const domainCheckSchema = z.enum(['found', 'missing', 'other_value', 'unreachable']);
export type DomainCheck = z.infer<typeof domainCheckSchema>;

/** A domain that an organization says is its own. `challenge` is the TXT record that proves it, and has to stay. */
export const domainSchema = z.object({
  org: z.string(),
  domain: z.string(),
  status: z.enum(['pending', 'verified']),
  challenge: z.object({ name: z.string(), type: z.literal('TXT'), value: z.string() }),
  /** Whether people with a confirmed address in the domain become members when they sign in. */
  autoJoin: z.boolean(),
  createdAt: z.string(),
  verifiedAt: z.string().nullable(),
  lastCheck: z.object({ at: z.string(), outcome: domainCheckSchema }).nullable(),
});
export type Domain = z.infer<typeof domainSchema>;
export const domainPageSchema = pageOf(domainSchema);

/** Body of `POST /v1/domains`; in Unicode or as it stands in the DNS. */
export const addDomainSchema = z.strictObject({ org: slugSchema.optional(), domain: z.string().trim().min(1).max(255) });
export type AddDomain = z.infer<typeof addDomainSchema>;

/** Body of `PATCH /v1/domains/{domain}`. */
export const changeDomainSchema = z.strictObject({ autoJoin: z.boolean() });
export type ChangeDomain = z.infer<typeof changeDomainSchema>;

export const deletedDomainSchema = z.object({ domain: z.string(), deletedAt: z.string() });
export type DeletedDomain = z.infer<typeof deletedDomainSchema>;
