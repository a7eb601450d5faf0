import { z } from 'zod';
import { memberRecordSchema, patRecordSchema } from '../events/records.ts';
import { isStorable } from '../storable.ts';

/**
 * The question that a gateway puts to a writer when it cannot prove that its own state is fresh: does this credential live, by your tables,
 * at this moment? The same question and answer over the feed's connection and over HTTP.
 */
export const askPath = '/internal/ask';

const name = z.string().min(1).max(512).refine(isStorable);

/** To identity: an access token by its claims, or the owner of a PAT by `sub`, `org` and, as `iat`, the time of minting. */
export const identityAskSchema = z.object({
  sub: name,
  org: name.nullable(),
  iat: z.number().int().nonnegative(),
  client_id: name.nullable(),
  gid: name.nullable(),
  sid: name.nullable(),
  jti: name.nullable(),
  /** Of the access token that this one was cut from (AS-83) */
  src_jti: name.nullable().default(null),
  /** Of the key that signed an access token: one that was dropped since makes its tokens dead (AS-71). */
  kid: name.nullish(),
  /** The key is the organization's own: there is no owner to ask about, and its role is that of `membershipOfOrg`. */
  service: z.literal(true).optional(),
});
export type IdentityAsk = z.infer<typeof identityAskSchema>;

/** To identity: where a server is, for who keeps what is shown to it. */
export const serverAskSchema = z.strictObject({ server: z.string().min(1).max(63).refine(isStorable) });
export const serverAnswerSchema = z.object({ server: z.object({ org: z.string(), project: z.string(), url: z.string() }).nullable(), /** Where people connect themselves: a ticket follows it */ connectUrl: z.string() });
export type ServerAnswer = z.infer<typeof serverAnswerSchema>;

/**
 * To identity: what of an organization is dead, and since when, for who keeps its keys; only what was said so at `since` or later. Whatever was issued to the
 * owner, or to anybody where none is named, in the second of an epoch or before it is over.
 */
export const epochsAskSchema = z.strictObject({ epochs: name, since: z.number().int().nonnegative() });
export const epochsAnswerSchema = z.object({ epochs: z.array(z.object({ owner: z.string().nullable(), epoch: z.number().int().nonnegative() })) });
export type EpochsAnswer = z.infer<typeof epochsAnswerSchema>;

/** To keys: a PAT by base64url of SHA-256 over the whole token, or the PAT that a token was cut from by its public id. */
export const keysAskSchema = z.union([
  z.strictObject({ hash: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }),
  z.strictObject({ id: z.string().min(1).max(64).regex(/^[A-Za-z0-9]+$/) }),
]);
export type KeysAsk = z.infer<typeof keysAskSchema>;

const no = z.object({ active: z.literal(false), code: z.enum(['token_unknown', 'token_revoked', 'owner_disabled']) });

const membershipSchema = memberRecordSchema.shape.memberships.element;

/** Of the organization, where it has any. */
const requestLimits = { requestsPerMinute: z.number().int().optional(), requestsPerMinutePerCredential: z.number().int().optional() };

/** A yes carries what the decision after it needs: a role that was taken away must not live on in the state of the one who asks. */
export const identityAnswerSchema = z.discriminatedUnion('active', [z.object({ active: z.literal(true), membership: membershipSchema.nullable(), keyMaxLifetimeSeconds: z.number().int().optional(), ...requestLimits }), no]);
export type IdentityAnswer = z.infer<typeof identityAnswerSchema>;

export const keysAnswerSchema = z.discriminatedUnion('active', [z.object({ active: z.literal(true), pat: patRecordSchema }), no]);
export type KeysAnswer = z.infer<typeof keysAnswerSchema>;
