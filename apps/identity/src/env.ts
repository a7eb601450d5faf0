import { redisUrlSchema } from '@latchkey/ratelimit';
import { databaseUrlSchema, drainSecondsSchema, loadEnv, managementPortSchema, masterKeysSchema, natsUrlSchema, ownManagementPort, trustedProxiesSchema, type EnvRule } from '@latchkey/service';
import { tokenPrefix, tokenPrefixPattern } from '@latchkey/token';
import { z } from 'zod';
import { deploymentProvidersSchema } from './federation/deployment-providers.ts';

/** An origin as the outside spells it: no path, no slash at the end, for it is compared byte for byte (AS-01). */
const origin = z
  .url({ protocol: /^https?$/ })
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, 'scheme, host and port only, without a slash at the end');

/** Comma-separated; `*.example.com` covers what is below it. */
const domains = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim().toLowerCase()).filter((part) => part !== ''))
  .refine((parts) => parts.every((part) => /^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(part)), 'host names, comma-separated; *.example.com covers what is below it');

const ttlSeconds = (fallback: number) => z.coerce.number().int().min(1).max(31_536_000).default(fallback);

export const identityEnvSchema = z.object({
  HOST: z.string().default('0.0.0.0').describe('Address to listen on.'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8081).describe('Port to listen on; 0 takes a free one.'),
  LATCHKEY_MANAGEMENT_PORT: managementPortSchema,
  LATCHKEY_DRAIN_SECONDS: drainSecondsSchema,
  LATCHKEY_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  LATCHKEY_ISSUER: origin.describe('Public URL of this service: the issuer of every token.'),
  LATCHKEY_GATEWAY_URL: origin.describe('Public URL of the gateway: what resource identifiers begin with.'),
  LATCHKEY_GATEWAY_INTERNAL_URL: z.url().optional().describe('Where the console reaches the gateway, if not by its public URL.'),
  LATCHKEY_GATEWAY_JWKS_URL: z.url().optional().describe('Where the gateway publishes its keys; by default below LATCHKEY_GATEWAY_URL.'),
  DATABASE_URL: databaseUrlSchema.describe('Postgres; everything lives in its schema "identity".'),
  LATCHKEY_MIGRATE: z.stringbool().default(true)
    .describe('Whether a start brings the schema up to date. With false, for a role that may not, the migrations are run before, and a start on a schema that lacks one is refused.'),
  REDIS_URL: redisUrlSchema.optional().describe('Counts limits over all replicas; without it each process counts alone.'),
  NATS_URL: natsUrlSchema.optional().describe('The feed; needed where identity is a process of its own.'),
  LATCHKEY_TOKEN_PREFIX: z.string().regex(tokenPrefixPattern).default(tokenPrefix).describe('Head of personal access tokens, as the key service makes them.'),
  LATCHKEY_MASTER_KEY: masterKeysSchema.describe('Encrypts signing and cookie keys at rest. A list is a rotation: the first encrypts, all decrypt.'),
  LATCHKEY_ACCESS_TOKEN_TTL_SECONDS: ttlSeconds(3600)
    .describe('Of access tokens. Below 900 a warning is logged: some programs then ask for a new token at every use.'),
  LATCHKEY_REFRESH_TOKEN_TTL_SECONDS: ttlSeconds(2_592_000).describe('Counted from the last use.'),
  LATCHKEY_AUTHORIZATION_CODE_TTL_SECONDS: ttlSeconds(600),
  LATCHKEY_REFRESH_REPLAY_WINDOW_SECONDS: z.coerce.number().int().min(0).max(120).default(60)
    .describe('How long a used refresh token gets the same answer once more (lost responses, parallel refreshes). 0 switches it off.'),
  LATCHKEY_DEVICE_POLL_SECONDS: z.coerce.number().int().min(1).max(60).default(5).describe('How long a device that waits to be allowed is told to wait before it asks again.'),
  LATCHKEY_SIGNING_KEY_LIFETIME_SECONDS: z.coerce.number().int().min(1).max(315_360_000).default(7_776_000)
    .describe('How old a signing key becomes before its successor is announced.'),
  LATCHKEY_SIGNING_KEY_ANNOUNCE_SECONDS: z.coerce.number().int().min(1).max(86_400).default(600)
    .describe('How long a new signing key is published before it signs: longer than anybody caches the key set (300 s).'),
  LATCHKEY_DCR: z.enum(['open', 'token', 'off']).default('open').describe('Who may register OAuth clients: anybody, holders of an initial access token, nobody.'),
  LATCHKEY_DCR_TOKEN: z.string().min(32).optional().describe('The initial access token that LATCHKEY_DCR=token asks for.'),
  LATCHKEY_REGISTRATION_LIMIT_PER_HOUR: z.coerce.number().int().min(1).default(120).describe('Registrations an address (IPv6: /64) may make; ten times as many overall.'),
  LATCHKEY_ALLOW_PRIVATE_USE_REDIRECTS: z.stringbool().default(true).describe('Whether redirect URIs may have schemes of their own, such as cursor://.'),
  LATCHKEY_ALLOW_LOOPBACK_CLIENTS: z.stringbool().default(true)
    .describe('Whether clients that are known by a document may be answered on the user\'s own computer only, where any program could be them.'),
  LATCHKEY_ALLOW_LOOPBACK_ORIGINS: z.stringbool().default(false)
    .describe('Whether pages on any port of the user\'s own computer may use the token endpoint for loopback clients, and not only on the port of their redirect.'),
  LATCHKEY_CLIENT_DOCUMENT_ALLOWED_DOMAINS: domains.optional().describe('Where client ID metadata documents may be published; by default anywhere.'),
  LATCHKEY_CLIENT_DOCUMENT_BLOCKED_DOMAINS: domains.default([]).describe('Where they may not; this counts more.'),
  LATCHKEY_DEFAULT_RESOURCE: z.url().optional().describe('What a client that names no resource gets a token for; by default the platform MCP server.'),
  LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: z.stringbool().default(false).describe('Lifts the refusal of private addresses for URLs given by others.'),
  LATCHKEY_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional()
    .describe('Server that mail goes out through: smtp://user:password@host:587 or smtps://…. Without it sign-up and password reset are off.'),
  LATCHKEY_MAIL_FROM: z.string().min(3).max(320).regex(/^[^\p{Cc}]*$/u, 'no control characters').optional()
    .describe('Sender of mail, as in "Latchkey <no-reply@example.com>"; by default no-reply at the host of LATCHKEY_ISSUER.'),
  LATCHKEY_SIGN_UP: z.enum(['open', 'invited', 'off']).default('open')
    .describe('Who may create an account: anybody, who was invited to an organization, nobody. An account makes nobody a member.'),
  LATCHKEY_PASSWORD_BREACH_CHECK: z.stringbool().default(false)
    .describe('Asks Have I Been Pwned about new passwords: five digits of the SHA-1 go out, never the password.'),
  LATCHKEY_MAILBOX: z.stringbool().default(false).describe('Shows mail on the page /mailbox instead of sending it; only where identity listens on loopback.'),
  LATCHKEY_GOOGLE_CLIENT_ID: z.string().min(1).optional().describe('Offers "Continue with Google"; needs the secret too.'),
  LATCHKEY_GOOGLE_CLIENT_SECRET: z.string().min(1).optional(),
  LATCHKEY_OIDC_PROVIDERS: deploymentProvidersSchema.default([])
    .describe('Other OpenID providers to sign in with: a JSON array of { name, label, issuer, clientId, clientSecret, scopes, emailDomains, mfaAcrValues }.'),
  LATCHKEY_ORG_CREATION: z.enum(['anyone', 'admins', 'off']).default('anyone')
    .describe('Who may create organizations: everybody with an account, administrators of one, nobody.'),
  LATCHKEY_TRUSTED_PROXIES: trustedProxiesSchema,
  LATCHKEY_AUDIT_RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).default(365).describe('How long the audit log keeps an event.'),
  LATCHKEY_ADMIN_EMAIL: z.email().optional(),
  LATCHKEY_ADMIN_PASSWORD: z.string().min(8).optional(),
});

export type IdentityEnv = Readonly<z.output<typeof identityEnvSchema>>;

/** Injects `IdentityEnv`. */
export const IDENTITY_ENV = Symbol('IDENTITY_ENV');

/** Injects `Redis | undefined`: what limits are counted in, where there is one. */
export const REDIS = Symbol('REDIS');

/** @throws EnvironmentError that lists all problems at once, and no value */
export function readIdentityEnv(source: Record<string, string | undefined> = process.env): IdentityEnv {
  return loadEnv(identityEnvSchema, source, ownManagementPort, registrationToken, ownComputer, wholeGoogle);
}

type Rule = EnvRule<IdentityEnv>;

const registrationToken: Rule = ({ LATCHKEY_DCR, LATCHKEY_DCR_TOKEN }) =>
  LATCHKEY_DCR === 'token' && LATCHKEY_DCR_TOKEN === undefined ? ['LATCHKEY_DCR_TOKEN: required with LATCHKEY_DCR=token, or nobody could register. Set it to 32 characters or more.'] : [];

const wholeGoogle: Rule = ({ LATCHKEY_GOOGLE_CLIENT_ID: id, LATCHKEY_GOOGLE_CLIENT_SECRET: secret }) =>
  (id === undefined) === (secret === undefined) ? [] : ['LATCHKEY_GOOGLE_CLIENT_ID and LATCHKEY_GOOGLE_CLIENT_SECRET: set both or neither.'];

const loopbackNames = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

/** Who reads the mailbox can become anybody, so there is one only where nobody else comes. */
const ownComputer: Rule = ({ LATCHKEY_MAILBOX, HOST, LATCHKEY_ISSUER, LATCHKEY_SMTP_URL }) => {
  if (LATCHKEY_MAILBOX !== true) return [];
  const alone = HOST !== undefined && loopbackNames.has(HOST) && (LATCHKEY_ISSUER === undefined || loopbackNames.has(new URL(LATCHKEY_ISSUER).hostname));
  return [
    ...(alone ? [] : ['LATCHKEY_MAILBOX: only where HOST and LATCHKEY_ISSUER are loopback, for everybody who reaches the page reads all mail. Leave it out.']),
    ...(LATCHKEY_SMTP_URL === undefined ? [] : ['LATCHKEY_MAILBOX: not together with LATCHKEY_SMTP_URL, which sends mail instead of showing it. Keep one.']),
  ];
};

/** Where the gateway's public keys are. */
export const gatewayJwksUrl = (env: IdentityEnv): string => env.LATCHKEY_GATEWAY_JWKS_URL ?? `${env.LATCHKEY_GATEWAY_URL}/.well-known/jwks.json`;
