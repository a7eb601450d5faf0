import { z } from 'zod';
import { displayNameSchema, orgRoleSchema, printable, projectRoleSchema, slugSchema } from '../identifiers.ts';
import { pageOf, pageQuerySchema } from './lists.ts';

/** An organization as its members see it; `role` is the caller's own. */
export const organizationSchema = z.object({ slug: z.string(), name: z.string(), role: orgRoleSchema, createdAt: z.string() });
export type Organization = z.infer<typeof organizationSchema>;
export const organizationPageSchema = pageOf(organizationSchema);

/** Body of `POST /v1/orgs`. The slug is for ever: it cannot be changed, and is not given out again when the organization is gone. */
export const createOrganizationSchema = z.strictObject({ slug: slugSchema, name: displayNameSchema });
export type CreateOrganizationInput = z.infer<typeof createOrganizationSchema>;
export const createdOrganizationSchema = organizationSchema.extend({ consistency: z.string() });
export type CreatedOrganization = z.infer<typeof createdOrganizationSchema>;

/** Body of `PATCH` of an organization, a project or a folder: the display name is what can change. */
export const renameSchema = z.strictObject({ name: displayNameSchema });
export type Rename = z.infer<typeof renameSchema>;

export const deletedOrganizationSchema = z.object({ slug: z.string(), deletedAt: z.string(), consistency: z.string() });
export type DeletedOrganization = z.infer<typeof deletedOrganizationSchema>;

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

/** Query of `GET /v1/members`. `project`: who may work in it, owners and administrators among them. `q`: a part of name or address. */
export const listMembersQuerySchema = withinOrgQuerySchema.extend({
  role: orgRoleSchema.optional(),
  project: slugSchema.optional(),
  q: z.string().trim().min(1).max(100).regex(printable, 'no control characters').optional(),
});
export type ListMembersQuery = z.infer<typeof listMembersQuerySchema>;

/** Body of `PATCH /v1/members/{user}`. `projects` changes the roles that it names and no other; null takes one away. */
export const changeMemberSchema = z
  .strictObject({
    role: orgRoleSchema.optional(),
    projects: z.record(slugSchema, projectRoleSchema.nullable()).refine((projects) => Object.keys(projects).length <= 100, 'at most 100').optional(),
  })
  .refine(({ role, projects }) => role !== undefined || projects !== undefined, 'role or projects');
export type ChangeMember = z.infer<typeof changeMemberSchema>;
export const changedMemberSchema = memberSchema.extend({ consistency: z.string() });
export type ChangedMember = z.infer<typeof changedMemberSchema>;

/** Answer of a revocation by epoch: everything issued at or before `epoch` (whole seconds since 1970) is dead. */
export const revokedByEpochSchema = z.object({ epoch: z.number().int(), consistency: z.string() });
export type RevokedByEpoch = z.infer<typeof revokedByEpochSchema>;

export const removedMemberSchema = z.object({ user: z.string(), consistency: z.string() });
export type RemovedMember = z.infer<typeof removedMemberSchema>;
