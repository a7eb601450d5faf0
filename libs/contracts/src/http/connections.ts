import { z } from 'zod';
import { displayNameSchema, httpUrlSchema, printable, slugSchema } from '../identifiers.ts';
import { pageOf, pageQuerySchema } from './lists.ts';

export const connectionKindSchema = z.enum(['static', 'oauth']);
export const connectionHolderSchema = z.enum(['project', 'user']);

/** Of the protocol, of one HTTP connection, or ours: what a credential is never sent in. */
const keptHeaders = new Set([
  'host', 'connection', 'keep-alive', 'content-length', 'content-type', 'content-encoding', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect', 'accept', 'accept-encoding',
  'traceparent', 'tracestate', 'last-event-id', 'x-request-id', 'forwarded', 'via', '__proto__',
]);

/** RFC 9110 section 5.1. */
const headerNameSchema = z
  .string()
  .toLowerCase()
  .max(64)
  .regex(/^[a-z0-9!#$%&'*+.^_`|~-]+$/, 'not the name of a header')
  .refine((name) => !keptHeaders.has(name) && !/^(?:latchkey-|mcp-|proxy-|x-forwarded-)/.test(name), 'no credential is sent in this header: it belongs to the protocol, or to the gateway');

/** RFC 9110 section 5.5: what a header can hold, with nothing that is trimmed on the way. */
const headerValueSchema = z.string().min(1).max(8192).regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'printable ASCII, without spaces around it');

/** RFC 6749 section 3.3 */
const scopeTokenSchema = z.string().min(1).max(200).regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'a scope');
/** Where a person is led back to; compared as a whole. Other schemes are those of installed programs. */
const redirectUriSchema = z
  .string()
  .max(2048)
  .refine((text) => URL.canParse(text) && !/^(?:javascript|data|file|blob|about|vbscript):/i.test(text) && !text.includes('#') && /^[\x21-\x7e]+$/.test(text), 'an absolute URL without a fragment');
export const connectionRedirectUrisSchema = z.array(redirectUriSchema).max(20);

/** How the server's own authorization server is used; what is left out is found (GW-85). */
const oauthSchema = z
  .strictObject({
    issuer: httpUrlSchema.optional(),
    clientId: z.string().min(1).max(512).regex(/^[\x21-\x7e]+$/, 'visible ASCII').optional(),
    clientSecret: z.string().min(1).max(1024).regex(/^[\x20-\x7e]+$/, 'printable ASCII').optional(),
    scopes: z.array(scopeTokenSchema).max(50).optional(),
  })
  .refine(({ clientId, clientSecret }) => clientSecret === undefined || clientId !== undefined, { path: ['clientId'], message: 'a secret is of a client' });

/** Body of `POST /v1/connections`: with what the gateway goes to one server, for a whole project or for each of its users. */
export const createConnectionSchema = z
  .strictObject({
    name: displayNameSchema,
    org: slugSchema.optional(),
    project: slugSchema,
    server: slugSchema,
    kind: connectionKindSchema,
    per: connectionHolderSchema.default('project'),
    header: headerNameSchema.default('authorization'),
    value: headerValueSchema.optional(),
    oauth: oauthSchema.optional(),
    redirectUris: connectionRedirectUrisSchema.default([]),
  })
  .superRefine(({ kind, per, value, oauth, header }, issues) => {
    const refuse = (path: string, message: string): void => issues.addIssue({ code: 'custom', path: [path], message });
    const takesValue = kind === 'static' && per === 'project';
    if (takesValue && value === undefined) refuse('value', 'a static connection of a project has one');
    if (!takesValue && value !== undefined) refuse('value', kind === 'oauth' ? 'comes from the authorization server' : 'each user gives their own');
    if (kind === 'static' && oauth !== undefined) refuse('oauth', 'only of the kind oauth');
    if (kind === 'oauth' && header !== 'authorization') refuse('header', 'access tokens go into authorization (RFC 6750 section 2.1)');
  });
export type CreateConnection = z.infer<typeof createConnectionSchema>;

export const updateConnectionSchema = z.strictObject({ name: displayNameSchema.optional(), redirectUris: connectionRedirectUrisSchema.optional() });
export type UpdateConnection = z.infer<typeof updateConnectionSchema>;

/** During the overlap the old value is still used where the server does not take the new one yet. */
export const rotateConnectionSchema = z.strictObject({ value: headerValueSchema, overlapSeconds: z.number().int().min(0).max(604_800).default(0) });
export type RotateConnection = z.infer<typeof rotateConnectionSchema>;

/** Body of `PUT /v1/connections/{id}/mine`. */
export const ownConnectionSchema = z.strictObject({ value: headerValueSchema });
export type OwnConnection = z.infer<typeof ownConnectionSchema>;

/**
 * Of the project's credential, or of the caller's own where each user has one. `pending`: there is none yet; `expired`: it ended and has to be
 * made anew; `failed`: the last attempt to make one did not succeed; `refused`: the server took neither it nor what it was renewed to.
 */
export const connectionStatusSchema = z.enum(['pending', 'connected', 'refused', 'expired', 'failed', 'revoked']);
export type ConnectionStatus = z.infer<typeof connectionStatusSchema>;

/** No value and no token is ever in it. */
export const connectionSchema = z.object({
  id: z.string(),
  org: z.string(),
  project: z.string(),
  server: z.string(),
  name: z.string(),
  kind: connectionKindSchema,
  per: connectionHolderSchema,
  header: z.string(),
  /** Where the credential goes, and nowhere else: a server that moves to another origin is not given it. */
  origin: z.string(),
  oauth: z.object({ issuer: z.string().nullable(), clientId: z.string().nullable(), scopes: z.array(z.string()) }).nullable(),
  redirectUris: z.array(z.string()),
  status: connectionStatusSchema,
  /** Scopes that the server demanded beyond those that were agreed to; whoever connects anew is asked for them too. */
  wants: z.array(z.string()),
  /** Of the access token; null for what does not expire, or is not there. */
  expiresAt: z.string().nullable(),
  /** Until when the old value is used too */
  overlapUntil: z.string().nullable(),
  createdBy: z.string(),
  createdAt: z.string(),
  revokedAt: z.string().nullable(),
});
export type Connection = z.infer<typeof connectionSchema>;
export const connectionPageSchema = pageOf(connectionSchema);
export const changedConnectionSchema = connectionSchema.extend({ consistency: z.string() });
export type ChangedConnection = z.infer<typeof changedConnectionSchema>;
export const revokedConnectionSchema = z.object({ id: z.string(), status: z.literal('revoked'), revokedAt: z.string(), consistency: z.string() });
export type RevokedConnection = z.infer<typeof revokedConnectionSchema>;

export const listConnectionsQuerySchema = pageQuerySchema.extend({
  project: slugSchema.optional(),
  server: slugSchema.optional(),
  kind: connectionKindSchema.optional(),
  per: connectionHolderSchema.optional(),
});
export type ListConnectionsQuery = z.infer<typeof listConnectionsQuerySchema>;

/** Body of `POST /v1/connections/{id}/authorize`. */
export const authorizeConnectionSchema = z.strictObject({ redirectUri: z.string().max(2048).optional() });
export type AuthorizeConnection = z.infer<typeof authorizeConnectionSchema>;
/** `url` is for a browser, of whoever asked and of nobody else. */
export const connectionAuthorizationSchema = z.object({ url: z.string(), expiresAt: z.string() });
export type ConnectionAuthorization = z.infer<typeof connectionAuthorizationSchema>;
export const disconnectedSchema = z.object({ id: z.string(), status: z.literal('pending'), consistency: z.string() });
export type Disconnected = z.infer<typeof disconnectedSchema>;

/** Somebody who has connected themselves; in a connection of the project there is one, `project`. */
export const connectionHolderViewSchema = z.object({
  id: z.string(),
  kind: z.enum(['project', 'user', 'end_user']),
  /** `sub` of a user, or of an end user at their issuer */
  subject: z.string().nullable(),
  /** Id of the issuer's registration */
  issuer: z.string().nullable(),
  status: connectionStatusSchema,
  wants: z.array(z.string()),
  expiresAt: z.string().nullable(),
  connectedAt: z.string(),
});
export type ConnectionHolder = z.infer<typeof connectionHolderViewSchema>;
export const connectionHolderPageSchema = pageOf(connectionHolderViewSchema);

/** Where a gateway asks with what to go to a server; in its own name. */
export const connectionValuePath = '/internal/connection-value';

const name = z.string().min(1).max(1024).regex(printable);

/** A server that demands more scopes than this at once is not believed. */
export const maxWantedScopes = 50;

export const connectionValueAskSchema = z.strictObject({
  connection: z.uuid(),
  /** Whose, where each user has one: `user:` and a `sub`, or `end:`, the id of an issuer, a colon and a `sub` there */
  holder: name.nullable(),
  /** The OAuth client that calls, which a person is told of before they connect (GW-84) */
  client: name.nullable(),
  /** Where the person is led back to when they have connected, if it is on the connection's list */
  redirectUri: z.string().max(2048).nullable(),
  /** Version of a value that the server did not take */
  refused: z.number().int().nullable(),
  /** Whether what was given in the place of an earlier one was refused too; absent: it was not */
  refusedAgain: z.literal(true).optional(),
  /** Scopes that the server demanded beyond those of the value (RFC 6750 section 3.1, `insufficient_scope`) */
  wanted: z.array(scopeTokenSchema).min(1).max(maxWantedScopes).optional(),
});
export type ConnectionValueAsk = z.infer<typeof connectionValueAskSchema>;

/** `scopes`: the server demanded these, which nobody has agreed to yet; `refused`: it does not take what there is, renewed or not. */
const connectionLackSchema = z.discriminatedUnion('lack', [z.object({ lack: z.literal('scopes'), scopes: z.array(z.string()) }), z.object({ lack: z.literal('refused') })]);
export type ConnectionLack = z.infer<typeof connectionLackSchema>;

export const connectionValueAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('value'), version: z.number().int(), header: z.string(), value: z.string(), /** In milliseconds since 1970 */ expiresAt: z.number().nullable(), /** Whether an authorization server gave it, who may give more */ oauth: z.literal(true).optional() }),
  /** There is none, and where one can be made. */
  z.object({ kind: z.literal('missing'), name: z.string(), /** For the page where it is made; null where nobody who calls can make it */ ticket: z.string().nullable(), id: z.string().nullable(), /** Why what there is will not do; absent where there is none */ why: connectionLackSchema.optional() }),
  z.object({ kind: z.literal('gone') }),
  z.object({ kind: z.literal('redirect_refused') }),
]);
export type ConnectionValueAnswer = z.infer<typeof connectionValueAnswerSchema>;
