import { z } from 'zod';
import { grantSchema, orgRoleSchema, projectRoleSchema, slugSchema, toolPatternSchema } from './identifiers.ts';

/** RFC 9068 section 2.1: the `typ` that tells an access token from every other JWT. */
export const accessTokenType = 'at+jwt';

/** RFC 9449 section 6.1: the key that a token is bound to. A confirmation of any other kind is one that nobody here would check. */
const confirmationSchema = z.strictObject({ jkt: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });

/**
 * What an exchanged token was cut from (AS-83), so that it dies with it: a personal access token by its public id, or an authorization by
 * its `gid`, the access token by its `jti` and the client that it was given to. `iat` is when that was issued: an epoch that kills the source kills what was cut from it.
 */
const sourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pat'), id: z.string().min(1), iat: z.number() }),
  z.strictObject({ kind: z.literal('grant'), id: z.string().min(1), jti: z.string().min(1), client: z.string().min(1), iat: z.number() }),
]);

/** RFC 8693 section 4.1: who uses a token in the name of its subject; inside, in whose place they stood in their turn. */
export interface ActClaim {
  sub: string;
  act?: ActClaim | undefined;
}
const actSchema: z.ZodType<ActClaim> = z.strictObject({ sub: z.string().min(1).max(256), act: z.lazy(() => actSchema).optional() });

/** How many may stand behind a subject, one in the place of another. */
export const maxActors = 4;

/** Who acts, nearest first. */
export const actorsOf = (act: ActClaim | undefined): string[] => (act === undefined ? [] : [act.sub, ...actorsOf(act.act)]);

/** Claims of an access token; `aud` is exactly one resource. Times in seconds since 1970. */
export const accessTokenClaimsSchema = z.object({
  iss: z.string(),
  sub: z.string().min(1),
  aud: z.string(),
  exp: z.number(),
  iat: z.number(),
  jti: z.string().min(1),
  client_id: z.string().min(1),
  scope: z.string().default(''),
  org: z.string().optional(),
  gid: z.string().optional(),
  sid: z.string().optional(),
  cnf: confirmationSchema.optional(),
  src: sourceSchema.optional(),
  act: actSchema.optional(),
  /** Narrowings of an exchanged token, in the terms of a personal access token; absent: none */
  projects: z.array(slugSchema).optional(),
  grants: z.array(grantSchema).optional(),
  tools: z.array(toolPatternSchema).optional(),
});
export type AccessTokenClaims = z.infer<typeof accessTokenClaimsSchema>;

/** The `typ` of the assertion by which the gateway tells an upstream who is calling. Nothing else accepts it. */
export const identityAssertionType = 'latchkey-identity+jwt';

/** Header that carries the assertion inward. */
export const identityHeader = 'latchkey-identity';

/**
 * Claims of the inward assertion. `iss` is the gateway's public URL, `aud` the one upstream that may accept it, `exp` at most 60 s
 * after `iat`. `scope` is what is left after the owner's role was applied; `roles` is present towards our own services only. With the kind
 * `gateway` the gateway speaks for itself: `sub` is then its own URL, and no user's interface accepts it.
 */
export const identityAssertionClaimsSchema = z.object({
  iss: z.string(),
  sub: z.string().min(1),
  aud: z.string(),
  exp: z.number(),
  iat: z.number(),
  org: z.string().optional(),
  project: z.string().optional(),
  scope: z.string(),
  client_id: z.string().optional(),
  credential: z.object({ kind: z.enum(['pat', 'access_token', 'gateway']), id: z.string() }),
  /** Who calls in the name of `sub`, as in the access token. */
  act: actSchema.optional(),
  roles: z.object({ org: orgRoleSchema.optional(), projects: z.record(z.string(), projectRoleSchema) }).optional(),
  /** The longest life of a key by the organization's policy, in seconds; towards our own services only. */
  key_max_lifetime: z.number().int().positive().optional(),
  /** For whom it is made, by the word of an issuer that the organization registered; towards our own services only. */
  end_user: z.object({ issuer: z.string(), sub: z.string() }).optional(),
  request_id: z.string().optional(),
  /** Where the caller is, as the gateway saw it; towards our own services only. */
  address: z.string().max(64).optional(),
});
export type IdentityAssertionClaims = z.infer<typeof identityAssertionClaimsSchema>;
