import { z } from 'zod';
import { grantSchema, orgRoleSchema, projectRoleSchema, rateLimitSchema } from '../identifiers.ts';
import { scopeSchema } from '../scopes.ts';
import { toolHintsSchema, unusualSettingsSchema } from '../server-settings.ts';

/**
 * What travels on the feed. A record is the whole present state of one thing, so that only the newest per subject matters; order and
 * duplicates do not. Times are whole seconds since 1970. An `epoch` kills every token issued at or before it (a tie is dead).
 */
const seconds = z.number().int().nonnegative();
const epoch = seconds.nullable();

export const patRecordSchema = z.object({
  kind: z.literal('pat'),
  id: z.string(),
  /** base64url of SHA-256 over the whole token */
  hash: z.string().length(43),
  org: z.string(),
  owner: z.string(),
  scopes: z.array(scopeSchema),
  projects: z.array(z.string()).nullable(),
  grants: z.array(grantSchema).nullable(),
  tools: z.array(z.string()).nullable(),
  /** A key of the organization itself: its owner is nobody, and `owner` names the key as a subject. */
  service: z.literal(true).optional(),
  /** Addresses that it may be used from, in CIDR notation; absent: any. */
  allowedIps: z.array(z.string()).optional(),
  /** Absent: as the deployment has it. */
  rateLimit: rateLimitSchema.optional(),
  mintedAt: seconds,
  expiresAt: seconds.nullable(),
  revokedAt: seconds.nullable(),
});

/**
 * Ends every key of an organization that was minted at or before `epoch`; where an owner or a project is named, those that concern both.
 * A key concerns a project that its projects or its grants name.
 */
export const keyEpochRecordSchema = z.object({
  kind: z.literal('key_epoch'),
  id: z.string(),
  org: z.string(),
  owner: z.string().nullable(),
  project: z.string().nullable(),
  epoch: seconds,
});

export const userRecordSchema = z.object({ kind: z.literal('user'), id: z.string(), disabled: z.boolean(), epoch });
export const orgRecordSchema = z.object({
  kind: z.literal('org'),
  id: z.string(),
  disabled: z.boolean(),
  epoch,
  /** What of the organization's policy gateways have to pass on; absent where nothing is demanded. */
  policy: z
    .object({ keyMaxLifetimeSeconds: seconds.nullable(), requestsPerMinute: z.number().nullable().optional(), requestsPerMinutePerCredential: z.number().nullable().optional() })
    .optional(),
});
export const clientRecordSchema = z.object({ kind: z.literal('client'), id: z.string(), disabled: z.boolean(), epoch });

/** All memberships of one user; an org that is absent is one the user does not belong to. `projects` maps slug to role. */
export const memberRecordSchema = z.object({
  kind: z.literal('member'),
  user: z.string(),
  memberships: z.array(
    z.object({
      org: z.string(),
      role: orgRoleSchema,
      projects: z.record(z.string(), projectRoleSchema),
      epoch,
    }),
  ),
});

/** Revocations. Their absence means "alive"; `expiresAt` says when the last token they could concern is dead anyway. */
export const grantRecordSchema = z.object({ kind: z.literal('grant'), id: z.string(), revokedAt: seconds, expiresAt: seconds });
export const sessionRecordSchema = z.object({ kind: z.literal('session'), id: z.string(), endedAt: seconds, expiresAt: seconds });
export const tokenRecordSchema = z.object({ kind: z.literal('token'), id: z.string(), revokedAt: seconds, expiresAt: seconds });

export const serverRecordSchema = z.object({
  kind: z.literal('server'),
  id: z.string(),
  slug: z.string(),
  org: z.string(),
  project: z.string(),
  folder: z.string().nullable(),
  name: z.string(),
  url: z.string(),
  /** Counts changes, so that a decision can name what it was made by. */
  revision: z.number().int().positive().optional(),
  /** Those that differ from the defaults; absent: none does. */
  settings: unusualSettingsSchema.optional(),
  /** What its tools said of themselves when they were last looked at, of those that said something. */
  tools: z.record(z.string(), toolHintsSchema).optional(),
  deletedAt: seconds.nullable(),
});

/**
 * That there is something to show to a server, and for whom; never the value. A new version of it tells gateways to forget what they hold.
 */
export const connectionRecordSchema = z.object({
  kind: z.literal('connection'),
  id: z.string(),
  org: z.string(),
  project: z.string(),
  server: z.string(),
  per: z.enum(['project', 'user']),
  /** Of the server when the connection was made: it is shown to no other. */
  origin: z.string(),
  createdAt: seconds,
  /** The same to the millisecond, by which of two the older is found; absent from what older writers said. */
  createdAtMs: z.number().int().nonnegative().optional(),
  revokedAt: seconds.nullable(),
});

/** Who may say for which end user of an organization a call is made. */
export const endUserIssuerRecordSchema = z.object({
  kind: z.literal('end_user_issuer'),
  id: z.string(),
  org: z.string(),
  issuer: z.string(),
  jwksUri: z.string(),
  audience: z.string(),
  revokedAt: seconds.nullable(),
});

/** Public keys that access tokens may be signed with. */
export const jwksRecordSchema = z.object({ kind: z.literal('jwks'), keys: z.array(z.record(z.string(), z.unknown())) });

export const feedRecordSchema = z.discriminatedUnion('kind', [
  patRecordSchema,
  keyEpochRecordSchema,
  userRecordSchema,
  orgRecordSchema,
  clientRecordSchema,
  memberRecordSchema,
  grantRecordSchema,
  sessionRecordSchema,
  tokenRecordSchema,
  serverRecordSchema,
  connectionRecordSchema,
  endUserIssuerRecordSchema,
  jwksRecordSchema,
]);
export type FeedRecord = z.infer<typeof feedRecordSchema>;
export type RecordKind = FeedRecord['kind'];
export type RecordOf<K extends RecordKind> = Extract<FeedRecord, { kind: K }>;
export type PatRecord = RecordOf<'pat'>;
export type KeyEpochRecord = RecordOf<'key_epoch'>;
export type MemberRecord = RecordOf<'member'>;
export type ServerRecord = RecordOf<'server'>;
export type ConnectionRecord = RecordOf<'connection'>;
export type EndUserIssuerRecord = RecordOf<'end_user_issuer'>;
