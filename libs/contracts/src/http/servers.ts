import { z } from 'zod';
import { displayNameSchema, httpUrlSchema, slugSchema } from '../identifiers.ts';
import { serverSettingsInputs, serverSettingsSchema } from '../server-settings.ts';
import { pageOf, pageQuerySchema } from './lists.ts';
import { serverHealthSchema } from './server-health.ts';
import { serverProbeSchema } from './server-probes.ts';

/** Slugs that would shadow a path below `/mcp`. */
export const reservedServerSlugs: readonly string[] = ['server-card'];

/** Body of `POST /v1/servers`. `slug` is unique in the deployment and is the `{server}` of every path. */
export const registerServerSchema = z.strictObject({
  org: slugSchema,
  project: slugSchema,
  folder: slugSchema.optional(),
  slug: slugSchema.refine((slug) => !reservedServerSlugs.includes(slug), 'this slug is reserved'),
  name: displayNameSchema,
  url: httpUrlSchema,
  ...serverSettingsInputs,
  /** Whether a gateway looks at the server at once; `required`: and nothing is registered that it cannot speak to */
  probe: z.union([z.boolean(), z.literal('required')]).default(true),
});
export type RegisterServer = z.infer<typeof registerServerSchema>;

/**
 * Body of `PATCH /v1/servers/{slug}`. A member that is given takes the place of the one there as a whole; organization, project and slug stay
 * for ever. `revision` is the one that the change was made from; another one by now is a conflict.
 */
export const changeServerSchema = z
  .strictObject({
    revision: z.number().int().positive().optional(),
    name: displayNameSchema.optional(),
    url: httpUrlSchema.optional(),
    folder: slugSchema.nullable().optional(),
    ...serverSettingsInputs,
  })
  .refine((body) => Object.keys(body).some((name) => name !== 'revision'), 'there is nothing to change');
export type ChangeServer = z.infer<typeof changeServerSchema>;

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
  ...serverSettingsSchema.shape,
  /** Counts changes */
  revision: z.number().int(),
  /** As gateways have seen it in the last minutes */
  health: serverHealthSchema,
  createdAt: z.string(),
});
export type Server = z.infer<typeof serverSchema>;
export const serverPageSchema = pageOf(serverSchema);

/** A server by itself, with what a gateway found when it last looked at it; null where none has */
export const shownServerSchema = serverSchema.extend({ probe: serverProbeSchema.nullable() });
export type ShownServer = z.infer<typeof shownServerSchema>;

/** Answer of a registration or a change: the server, and the state that a gateway must have seen to know it. */
export const registeredServerSchema = shownServerSchema.extend({ consistency: z.string() });
export type RegisteredServer = z.infer<typeof registeredServerSchema>;

export const listServersQuerySchema = pageQuerySchema.extend({ org: slugSchema.optional(), project: slugSchema.optional(), folder: slugSchema.optional() });
export type ListServersQuery = z.infer<typeof listServersQuerySchema>;

export const deletedServerSchema = z.object({ slug: z.string(), deletedAt: z.string(), consistency: z.string() });
export type DeletedServer = z.infer<typeof deletedServerSchema>;
