import { z } from 'zod';
import { orgRoleSchema, projectRoleSchema, slugSchema } from '../identifiers.ts';
import { pageOf, pageQuerySchema } from './lists.ts';

/** An organization as its members see it; `role` is the caller's own. */
export const organizationSchema = z.object({ slug: z.string(), name: z.string(), role: orgRoleSchema, createdAt: z.string() });
export type Organization = z.infer<typeof organizationSchema>;
export const organizationPageSchema = pageOf(organizationSchema);

/** A project; `role` is what the caller is in it, and absent where that is nothing. */
export const projectSchema = z.object({
  org: z.string(),
  slug: z.string(),
  name: z.string(),
  role: projectRoleSchema.optional(),
  createdAt: z.string(),
});
export type Project = z.infer<typeof projectSchema>;
export const projectPageSchema = pageOf(projectSchema);

export const memberSchema = z.object({
  user: z.string(),
  email: z.string(),
  name: z.string(),
  org: z.string(),
  role: orgRoleSchema,
  projects: z.record(z.string(), projectRoleSchema),
  createdAt: z.string(),
});
export type Member = z.infer<typeof memberSchema>;
export const memberPageSchema = pageOf(memberSchema);

/** Query of lists within an organization; without `org`, the one that the credential was issued for. */
export const withinOrgQuerySchema = pageQuerySchema.extend({ org: slugSchema.optional() });
export type WithinOrgQuery = z.infer<typeof withinOrgQuerySchema>;

/** Answer of a revocation by epoch: everything issued at or before `epoch` (whole seconds since 1970) is dead. */
export const revokedByEpochSchema = z.object({ epoch: z.number().int(), consistency: z.string() });
export type RevokedByEpoch = z.infer<typeof revokedByEpochSchema>;

export const removedMemberSchema = z.object({ user: z.string(), consistency: z.string() });
export type RemovedMember = z.infer<typeof removedMemberSchema>;
