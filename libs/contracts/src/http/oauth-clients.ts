import { z } from 'zod';
import { displayNameSchema, httpUrlSchema, orgRoleSchema, printable, projectRoleSchema, slugSchema } from '../identifiers.ts';
import { scopeSchema } from '../scopes.ts';
import { storableJson } from '../storable.ts';
import { pageOf, pageQuerySchema } from './lists.ts';

/** `public` and `confidential` ones act for people who consent; a `machine` acts for itself (client credentials). */
export const oauthClientKinds = ['public', 'confidential', 'machine'] as const;
export const oauthClientKindSchema = z.enum(oauthClientKinds);
export type OauthClientKind = z.infer<typeof oauthClientKindSchema>;

export const clientAuthMethodSchema = z.enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']);
export type ClientAuthMethod = z.infer<typeof clientAuthMethodSchema>;

/** The rules of what can be a redirect are the service's; here is only what any text of this kind must be. */
const redirectUris = z.array(z.string().min(1).max(2048).regex(printable, 'no control characters')).min(1).max(10);
const scopes = z.array(scopeSchema).min(1).max(50);
const resources = z.array(httpUrlSchema).min(1).max(50);
const jwks = storableJson(z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(10) }));

/** What a machine is in its organization. Nobody makes an owner of one. */
const machineSchema = z.strictObject({
  role: orgRoleSchema.exclude(['owner']).default('member'),
  projects: z.record(slugSchema, projectRoleSchema).default({}),
});

/** Body of `POST /v1/oauth-clients`. What is asked for later is never more than `scopes` and `resources` say here. */
export const registerOauthClientSchema = z.strictObject({
  org: slugSchema,
  name: displayNameSchema,
  kind: oauthClientKindSchema,
  /** By default `none` for public clients, and `client_secret_basic` for the others. */
  authMethod: clientAuthMethodSchema.optional(),
  redirectUris: redirectUris.optional(),
  scopes,
  /** Resource identifiers; without them a public or confidential client reaches all of its organization. */
  resources: resources.optional(),
  jwks: jwks.optional(),
  jwksUri: httpUrlSchema.optional(),
  machine: machineSchema.optional(),
});
export type RegisterOauthClient = z.infer<typeof registerOauthClientSchema>;

/** Body of `PATCH /v1/oauth-clients/{id}`; what is left out stays. */
export const updateOauthClientSchema = z
  .strictObject({
    name: displayNameSchema.optional(),
    redirectUris: redirectUris.optional(),
    scopes: scopes.optional(),
    /** Null takes the bound away. */
    resources: resources.nullable().optional(),
    jwks: jwks.optional(),
    jwksUri: httpUrlSchema.optional(),
    machine: machineSchema.optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'there is nothing to change');
export type UpdateOauthClient = z.infer<typeof updateOauthClientSchema>;

/** A client as everybody in its organization may see it. Times are ISO 8601. */
export const oauthClientSchema = z.object({
  id: z.string(),
  /** Null for a client that registered itself. */
  org: z.string().nullable(),
  name: z.string(),
  kind: oauthClientKindSchema,
  origin: z.enum(['registered', 'dynamic']),
  authMethod: z.string(),
  redirectUris: z.array(z.string()),
  scopes: z.array(scopeSchema).nullable(),
  resources: z.array(z.string()).nullable(),
  machine: z.object({ role: orgRoleSchema, projects: z.record(z.string(), projectRoleSchema) }).nullable(),
  jwksUri: z.string().nullable(),
  /** Until when the secret before the present one is still taken. */
  previousSecretUntil: z.string().nullable(),
  /** Whether the organization vouches for it by its id. */
  trusted: z.boolean(),
  createdBy: z.string().nullable(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
});
export type OauthClient = z.infer<typeof oauthClientSchema>;
export const oauthClientPageSchema = pageOf(oauthClientSchema);

/** Answer of a registration and of a rotation: the only places where `clientSecret` ever appears. */
export const registeredOauthClientSchema = oauthClientSchema.extend({ clientSecret: z.string().optional(), consistency: z.string().optional() });
export type RegisteredOauthClient = z.infer<typeof registeredOauthClientSchema>;

/** `consistency` where gateways have something to follow: a client that may do less than before, or another machine role. */
export const updatedOauthClientSchema = oauthClientSchema.extend({ consistency: z.string().optional() });
export type UpdatedOauthClient = z.infer<typeof updatedOauthClientSchema>;

export const rotateClientSecretSchema = z.strictObject({ graceSeconds: z.number().int().min(0).max(604_800).default(0) });
export type RotateClientSecret = z.infer<typeof rotateClientSecretSchema>;

export const deletedOauthClientSchema = z.object({ id: z.string(), deletedAt: z.string(), consistency: z.string() });
export type DeletedOauthClient = z.infer<typeof deletedOauthClientSchema>;

/** `dynamic` lists the clients that registered themselves and that a member has allowed something in the organization. */
export const listOauthClientsQuerySchema = pageQuerySchema.extend({
  org: slugSchema.optional(),
  kind: oauthClientKindSchema.optional(),
  origin: z.enum(['registered', 'dynamic']).default('registered'),
  /** Part of a name or of an id. */
  q: z.string().min(1).max(100).regex(printable, 'no control characters').optional(),
});
export type ListOauthClientsQuery = z.infer<typeof listOauthClientsQuerySchema>;

/** Body of `POST /v1/trusted-clients`: one client by its id, or all whose metadata documents are at a host. */
export const trustClientSchema = z
  .strictObject({
    org: slugSchema,
    client: z.string().min(1).max(2048).regex(/^[\x21-\x7e]+$/, 'visible ASCII').optional(),
    host: z.string().max(255).regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'a host name in lower case').optional(),
  })
  .refine(({ client, host }) => (client === undefined) !== (host === undefined), 'either client or host');
export type TrustClient = z.infer<typeof trustClientSchema>;

export const trustedClientSchema = z.object({
  id: z.string(),
  org: z.string(),
  kind: z.enum(['client', 'host']),
  value: z.string(),
  addedBy: z.string().nullable(),
  createdAt: z.string(),
});
export type TrustedClient = z.infer<typeof trustedClientSchema>;
export const trustedClientPageSchema = pageOf(trustedClientSchema);
