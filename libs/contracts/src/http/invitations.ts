import { z } from 'zod';
import { orgRoleSchema, projectRoleSchema, slugSchema } from '../identifiers.ts';
import { pageOf } from './lists.ts';
import { withinOrgQuerySchema } from './organizations.ts';

export const invitationStatusSchema = z.enum(['pending', 'expired', 'accepted', 'declined', 'revoked']);

/** Somebody who was asked to join an organization. The link that was mailed is never shown here. */
export const invitationSchema = z.object({
  id: z.string(),
  org: z.string(),
  email: z.string(),
  role: orgRoleSchema,
  projects: z.record(z.string(), projectRoleSchema),
  status: invitationStatusSchema,
  invitedBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
});
export type Invitation = z.infer<typeof invitationSchema>;
export const invitationPageSchema = pageOf(invitationSchema);

/** Body of `POST /v1/members/invitations`. */
export const createInvitationSchema = z.strictObject({
  org: slugSchema.optional(),
  email: z.string().trim().toLowerCase().max(254).pipe(z.email()),
  role: orgRoleSchema.default('member'),
  projects: z.record(slugSchema, projectRoleSchema).refine((projects) => Object.keys(projects).length <= 100, 'at most 100').default({}),
});
export type CreateInvitation = z.infer<typeof createInvitationSchema>;

export const listInvitationsQuerySchema = withinOrgQuerySchema.extend({ status: invitationStatusSchema.optional() });
export type ListInvitationsQuery = z.infer<typeof listInvitationsQuerySchema>;
