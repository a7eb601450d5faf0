import { redisUrlSchema } from '@latchkey/ratelimit';
import { drainSecondsSchema, loadEnv, managementPortSchema, natsUrlSchema, ownManagementPort, trustedProxiesSchema } from '@latchkey/service';
import { z } from 'zod';
import { auditLevels } from './audit/act.ts';

const publicUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));
const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((item) => item.trim()).filter((item) => item !== ''));

const privateJwk = z.string().transform((text, context) => {
  try {
    const jwk: unknown = JSON.parse(text);
    return z.looseObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string(), d: z.string() }).parse(jwk);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a private P-256 key as a JWK in JSON (scripts/generate-secrets.mjs makes one)' });
    return z.NEVER;
  }
});

const key32 = z
  .base64('must be base64')
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((key) => key.length === 32, 'must be 32 bytes in base64 (openssl rand -base64 32 makes them)');

/** Below a second, an ordinary pause of a process would be an outage. */
const boundMs = z.coerce.number().int().min(1000).max(3_600_000);

/** What the gateway reads from its environment; nothing else in this app does. */
export const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65535).default(8080).describe('Port of the gateway.'),
  HOST: z.string().default('0.0.0.0').describe('Address to listen on.'),
  LATCHKEY_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  LATCHKEY_GATEWAY_URL: publicUrl.default('http://localhost:8080').describe('Public URL: the base of every resource identifier.'),
  LATCHKEY_ISSUER: z.url().default('http://localhost:8081').describe('The one issuer whose access tokens are accepted, byte for byte.'),
  LATCHKEY_IDENTITY_INTERNAL_URL: publicUrl.optional().describe('Where the identity service is reached from here; default: the issuer.'),
  LATCHKEY_KEYS_URL: publicUrl.default('http://localhost:8082').describe('Where the key service is reached from here.'),
  LATCHKEY_AUDIT_CALLS: z.enum(auditLevels).default('writes').describe('Which calls the audit log is told of: refused ones only, those that may change something too, or all.'),
  LATCHKEY_TRUSTED_PROXIES: trustedProxiesSchema,
  LATCHKEY_GATEWAY_SIGNING_KEY: privateJwk.describe('Private ES256 JWK that signs the inward identity assertion; shared by the replicas.'),
  LATCHKEY_SESSION_SEALING_KEY: key32.describe('32 bytes, base64, that seal legacy session ids; shared by the replicas.'),
  LATCHKEY_TOKEN_PREFIX: z.string().regex(/^[a-z0-9_]{1,32}$/).default('lk_pat_').describe('Prefix of personal access tokens.'),
  LATCHKEY_DEFAULT_SERVER: z.string().optional().describe('Slug of the server that the metadata at the root is of, for clients that look there first; without it there is none.'),
  LATCHKEY_ALLOWED_HOSTS: list.describe('Host names, besides the one of the public URL, that requests may name; comma-separated.'),
  LATCHKEY_ALLOWED_ORIGINS: list.describe('Web origins, besides our own, whose pages may call the gateway; comma-separated.'),
  LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: z.stringbool().default(false).describe('Lets upstreams live on private addresses.'),
  LATCHKEY_MAX_BODY_BYTES: z.coerce.number().int().min(1024).default(4 * 1024 * 1024).describe('Largest accepted request body.'),
  LATCHKEY_RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(100).describe('Requests a minute, per credential.'),
  LATCHKEY_HOOKS_PER_MINUTE: z.coerce.number().int().min(1).default(1200).describe('Incoming webhooks a minute, per address.'),
  LATCHKEY_FAILED_CREDENTIALS_PER_MINUTE: z.coerce
    .number().int().min(1).default(300)
    .describe('Refused credentials a minute, per address, before the answer becomes 429.'),
  LATCHKEY_UPSTREAM_TIMEOUT_MS: z.coerce.number().int().min(100).default(120_000).describe('Deadline for the headers of an upstream.'),
  LATCHKEY_STREAM_IDLE_SECONDS: z.coerce.number().int().min(1).default(3600).describe('An open stream on which the upstream is silent this long is ended.'),
  LATCHKEY_STREAM_MAX_AGE_SECONDS: z.coerce.number().int().min(1).max(2_000_000).default(86_400).describe('No stream lives longer than this.'),
  LATCHKEY_FRESHNESS_BOUND_MS: boundMs.default(5000)
    .describe('How old the proof that a credential lives may be before the writer is asked online, or the answer is 503: for what only reads.'),
  LATCHKEY_FRESHNESS_BOUND_WRITE_MS: boundMs.default(2000).describe('The same for calls of tools and for whatever changes something.'),
  LATCHKEY_MANAGEMENT_PORT: managementPortSchema,
  LATCHKEY_DRAIN_SECONDS: drainSecondsSchema,
  LATCHKEY_DATA_DIR: z.string().min(1).optional().describe('Where snapshots of the replica are kept; without it each start reads the feed from its beginning.'),
  LATCHKEY_SNAPSHOT_KEY: key32.optional().describe('32 bytes, base64, that encrypt snapshots; by default derived from LATCHKEY_SESSION_SEALING_KEY.'),
  REDIS_URL: redisUrlSchema.optional().describe('Shared rate limits; without it they are per process.'),
  NATS_URL: natsUrlSchema.optional().describe('The feed, for a gateway that runs as a process of its own.'),
});

export type GatewayEnv = z.output<typeof schema>;

/** @throws EnvironmentError that lists everything that is wrong */
export function readGatewayEnv(source: Record<string, string | undefined> = process.env): Readonly<GatewayEnv> {
  return loadEnv(schema, source, ownManagementPort);
}
