import { z } from 'zod';

/** Names of organizations, projects, folders and servers: lower case, also safe in a path, a NATS subject and a host name. */
export const slugSchema = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens');

/**
 * Text that a log line, a header and a Postgres column can all hold. JSON may carry what they cannot: NUL, line ends, and halves of
 * surrogate pairs, which `jsonb` refuses.
 */
export const printable = /^[^\p{Cc}\p{Cs}]*$/u;

/** A URL that is kept and gone to. `new URL` takes control characters and encodes them; what is kept is what was given. */
export const httpUrlSchema = z.url({ protocol: /^https?$/ }).max(2048).refine((text) => printable.test(text), 'no control characters');

/** What people call a thing of theirs. */
export const displayNameSchema = z.string().trim().min(1).max(100).regex(printable, 'no control characters');

/** Roles, strongest first. */
export const orgRoles = ['owner', 'admin', 'member'] as const;
export const projectRoles = ['admin', 'contributor', 'viewer'] as const;
export const orgRoleSchema = z.enum(orgRoles);
export const projectRoleSchema = z.enum(projectRoles);
export type OrgRole = z.infer<typeof orgRoleSchema>;
export type ProjectRole = z.infer<typeof projectRoleSchema>;

export const actionSchema = z.enum(['read', 'write', 'delete']);
export type Action = z.infer<typeof actionSchema>;

/** A resource path: org/{org}[/project/{project}[/folder/{folder}][/server/{server}[/tool/{tool}]]]. */
export const resourcePathSchema = z
  .string()
  .max(512)
  .regex(
    /^org\/[a-z0-9-]+(?:\/project\/[a-z0-9-]+(?:\/folder\/[a-z0-9-]+)?(?:\/server\/[a-z0-9-]+(?:\/tool\/[^/\s]+)?)?)?$/,
    'org/{org}/project/{project}/folder/{folder}/server/{server}/tool/{tool}, cut off anywhere',
  )
  .regex(printable, 'no control characters');

/** Names of tools: `server:tool`, each part a glob. */
export const toolPatternSchema = z.string().min(3).max(200).regex(/^[^:\s]+:[^\s]+$/, 'server:tool, with * as a glob').regex(printable, 'no control characters');

/** A range of addresses: `203.0.113.0/24`, `2001:db8::/32`; a single address is a range of 32 or 128 bits. */
export const cidrSchema = z.union([z.cidrv4(), z.cidrv6()], 'a range of addresses in CIDR notation, such as 203.0.113.0/24');

/** A credential's own limit: requests in a window that begins with the first of them. */
export const rateLimitSchema = z.strictObject({ limit: z.number().int().min(1).max(1_000_000), windowSeconds: z.number().int().min(1).max(86_400) });
export type RateLimit = z.infer<typeof rateLimitSchema>;

export const grantSchema = z.object({ resource: resourcePathSchema, actions: z.array(actionSchema).min(1) });
export type ResourceGrant = z.infer<typeof grantSchema>;

/** Anything that JSON can say. */
export const jsonValueSchema = z.json();
