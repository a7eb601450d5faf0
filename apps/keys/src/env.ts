import { redisUrlSchema } from '@latchkey/ratelimit';
import { databaseUrlSchema, drainSecondsSchema, loadEnv, managementPortSchema, masterKeysSchema, natsUrlSchema, ownManagementPort } from '@latchkey/service';
import { tokenPrefix, tokenPrefixPattern } from '@latchkey/token';
import { z } from 'zod';

/** An origin as the gateway spells it too: both compare it byte for byte. */
const origin = z
  .url({ protocol: /^https?$/ })
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, 'scheme, host and port only, without a slash at the end');

export const keysEnvSchema = z.object({
  HOST: z.string().default('0.0.0.0').describe('Address to listen on.'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8082).describe('Port to listen on; 0 takes a free one.'),
  LATCHKEY_MANAGEMENT_PORT: managementPortSchema,
  LATCHKEY_DRAIN_SECONDS: drainSecondsSchema,
  LATCHKEY_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  LATCHKEY_KEYS_URL: origin.describe('URL under which the gateway reaches this service: the audience of its assertions.'),
  LATCHKEY_GATEWAY_URL: origin.describe('Public URL of the gateway, the only issuer of assertions that is believed.'),
  LATCHKEY_GATEWAY_JWKS_URL: z.url().optional().describe('Where the gateway publishes its keys; by default below LATCHKEY_GATEWAY_URL.'),
  LATCHKEY_TOKEN_PREFIX: z
    .string()
    .regex(tokenPrefixPattern, 'lower-case words, each ended by an underscore, 24 characters at most')
    .default(tokenPrefix)
    .describe('Head of every token that is minted.'),
  LATCHKEY_GITHUB_KEYS_URL: z.url({ protocol: /^https?$/ }).default('https://api.github.com/meta/public_keys/secret_scanning')
    .describe('Where GitHub publishes the keys that sign its reports of leaked tokens.'),
  LATCHKEY_MASTER_KEY: masterKeysSchema.describe('Encrypts what this service must be able to read again. A list is a rotation: the first encrypts, all decrypt.'),
  DATABASE_URL: databaseUrlSchema.describe('Postgres; everything lives in its schema "keys".'),
  LATCHKEY_MIGRATE: z.stringbool().default(true)
    .describe('Whether a start brings the schema up to date. With false, for a role that may not, the migrations are run before, and a start on a schema that lacks one is refused.'),
  LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: z.stringbool().default(false).describe('Lets webhooks and connections lead to private addresses, and to http on this computer.'),
  LATCHKEY_WEBHOOK_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(15_000).describe('How long the receiver of a webhook may take to answer.'),
  LATCHKEY_GATEWAY_INTERNAL_URL: origin.optional().describe('Where this service reaches the gateway to call tools; by default where its keys are, or LATCHKEY_GATEWAY_URL.'),
  REDIS_URL: redisUrlSchema.optional().describe('Knows incoming webhooks that were taken already; without it Postgres alone does.'),
  LATCHKEY_RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(100).describe('Calls over NATS a minute, per credential; one budget with those through the gateways where REDIS_URL is set.'),
  NATS_URL: natsUrlSchema.optional().describe('The feed; needed where keys is a process of its own.'),
});

export type KeysEnv = Readonly<z.output<typeof keysEnvSchema>>;

/** @throws EnvironmentError that lists all problems at once, and no value */
export function readKeysEnv(source: Record<string, string | undefined> = process.env): KeysEnv {
  return loadEnv(keysEnvSchema, source, ownManagementPort);
}

type Gateway = Pick<KeysEnv, 'LATCHKEY_GATEWAY_URL' | 'LATCHKEY_GATEWAY_JWKS_URL' | 'LATCHKEY_GATEWAY_INTERNAL_URL'>;

/** Where the gateway's public keys are. */
export const gatewayJwksUrl = (env: Gateway): string => env.LATCHKEY_GATEWAY_JWKS_URL ?? `${env.LATCHKEY_GATEWAY_URL}/.well-known/jwks.json`;

/** Where the gateway is, seen from here. */
export const gatewayInternalUrl = (env: Gateway): string => env.LATCHKEY_GATEWAY_INTERNAL_URL ?? new URL(gatewayJwksUrl(env)).origin;
