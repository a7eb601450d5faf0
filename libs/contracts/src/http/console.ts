import { z } from 'zod';
import { orgRoleSchema, projectRoleSchema } from '../identifiers.ts';

/** What somebody is in one organization. `name` is the organization's; owners and administrators have every project, and none need be named here. */
export const membershipSchema = z.object({ org: z.string(), name: z.string(), role: orgRoleSchema, projects: z.record(z.string(), projectRoleSchema) });
export type Membership = z.infer<typeof membershipSchema>;

/** Answer of `GET /console/api/me`: what the console has to know of whoever looks at it before it shows anything. */
export const consoleMeSchema = z.object({
  user: z.object({ id: z.string(), email: z.string(), name: z.string() }),
  memberships: z.array(membershipSchema),
  /** Whether this person may create an organization here */
  mayCreateOrganization: z.boolean(),
  /** Public URL of the gateway: what clients connect to */
  gateway: z.string(),
  /** Goes along with every change, in `X-CSRF-Token` */
  csrf: z.string(),
  /** Of the form that signs out */
  signOut: z.string(),
});
export type ConsoleMe = z.infer<typeof consoleMeSchema>;
