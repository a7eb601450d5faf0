import { z } from 'zod';
import { displayNameSchema, slugSchema } from '../identifiers.ts';
import { pageOf, pageQuerySchema } from './lists.ts';

/** Slugs that would shadow a path below `/mcp`. */
export const reservedServerSlugs: readonly string[] = ['server-card'];

/** Body of `POST /v1/servers`. `slug` is unique in the deployment and is the `{server}` of every path. */
export const registerServerSchema = z.strictObject({
  org: slugSchema,
  project: slugSchema,
  folder: slugSchema.optional(),
  slug: slugSchema.refine((slug) => !reservedServerSlugs.includes(slug), 'this slug is reserved'),
  name: displayNameSchema,
  url: z.url({ protocol: /^https?$/ }).max(2048),
});
export type RegisterServer = z.infer<typeof registerServerSchema>;

/** A registered server; `resource` is its OAuth resource identifier, the URL that clients connect to. */
export const serverSchema = z.object({
  id: z.string(),
  org: z.string(),
  project: z.string(),
  folder: z.string().nullable(),
  slug: z.string(),
  name: z.string(),
  url: z.string(),
  resource: z.string(),
  createdAt: z.string(),
});
export type Server = z.infer<typeof serverSchema>;
export const serverPageSchema = pageOf(serverSchema);

/** Answer of a registration: the server, and the state that a gateway must have seen to know it. */
export const registeredServerSchema = serverSchema.extend({ consistency: z.string() });
export type RegisteredServer = z.infer<typeof registeredServerSchema>;

export const listServersQuerySchema = pageQuerySchema.extend({ org: slugSchema.optional(), project: slugSchema.optional() });
export type ListServersQuery = z.infer<typeof listServersQuerySchema>;

export const deletedServerSchema = z.object({ slug: z.string(), deletedAt: z.string(), consistency: z.string() });
export type DeletedServer = z.infer<typeof deletedServerSchema>;
