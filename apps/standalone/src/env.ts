import { resolve } from 'node:path';
import { readGatewayEnv, type GatewayEnv } from '@latchkey/gateway';
import { readIdentityEnv, type IdentityEnv } from '@latchkey/identity';
import { readKeysEnv, type KeysEnv } from '@latchkey/keys';
import { databaseUrlSchema, EnvironmentError, loadEnv, managementPortSchema, natsUrlSchema } from '@latchkey/service';
import { z } from 'zod';
import type { Secrets } from './secrets.ts';

type Source = Record<string, string | undefined>;

const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback);

/** What the composition reads itself; everything else goes on to the three services as it is. */
export const schema = z.object({
  LATCHKEY_GATEWAY_PORT: port(8080).describe('Port of the gateway.'),
  LATCHKEY_IDENTITY_PORT: port(8081).describe('Port of identity.'),
  LATCHKEY_KEYS_PORT: port(8082).describe('Port of keys.'),
  LATCHKEY_GATEWAY_URL: z.string().optional().describe('Public URL of the gateway; by default http://localhost and its port.'),
  LATCHKEY_ISSUER: z.string().optional().describe('Public URL of identity; by default http://localhost and its port.'),
  LATCHKEY_KEYS_URL: z.string().optional().describe('Internal URL of keys; by default http://localhost and its port.'),
  LATCHKEY_DATA_DIR: z.string().default('./.latchkey').transform((path) => resolve(path)).describe('Embedded Postgres, generated keys, logs.'),
  LATCHKEY_READY_FILE: z.string().optional().transform((path) => (path === undefined ? undefined : resolve(path)))
    .describe('A JSON file that appears when everything answers.'),
  LATCHKEY_ADMIN_EMAIL: z.email().default('admin@latchkey.local').describe('First account, made on the first start.'),
  LATCHKEY_ADMIN_PASSWORD: z.string().min(8).optional().describe('Its password; by default generated and printed once.'),
  LATCHKEY_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).optional()
    .describe('What the terminal and the log file show; by default warnings there and info here.'),
  LATCHKEY_MASTER_KEY: z.string().optional(),
  LATCHKEY_GATEWAY_SIGNING_KEY: z.string().optional(),
  LATCHKEY_SESSION_SEALING_KEY: z.string().optional(),
  DATABASE_URL: databaseUrlSchema.optional().describe('An external Postgres in place of the embedded one.'),
  REDIS_URL: z.string().optional().describe('An external Redis in place of counting in memory.'),
  LATCHKEY_MANAGEMENT_PORT: managementPortSchema.describe('Port of the gateway\'s metrics; those of identity and keys are the two after it. By default each is 1000 above the service\'s own; 0 takes free ones.'),
  NATS_URL: natsUrlSchema.optional().describe('An external NATS in place of the feed within the process.'),
});

export type StandaloneEnv = Readonly<z.output<typeof schema>>;

export const readStandaloneEnv = (source: Source): StandaloneEnv => loadEnv(schema, source);

export interface ServiceEnvs {
  identity: IdentityEnv;
  keys: KeysEnv;
  gateway: GatewayEnv;
}

/** The services take the values read here, so their `_FILE` forms must not be there a second time. */
function sourceFor(source: Source, values: Source): Source {
  const result: Source = { ...source, ...values };
  for (const name of Object.keys(values)) delete result[`${name}_FILE`];
  return result;
}

/** Mail stays on a page of this computer's, unless there is a server for it, or others come in by a public name. */
const hasMailbox = (source: Source): boolean =>
  [source['LATCHKEY_SMTP_URL'], source['LATCHKEY_SMTP_URL_FILE'], source['LATCHKEY_ISSUER']].every((value) => value === undefined || value === '');

const managementPortOf = ({ LATCHKEY_MANAGEMENT_PORT: first }: StandaloneEnv, place: number): string | undefined =>
  first === undefined ? undefined : String(first === 0 ? 0 : first + place);

/**
 * The environment of each service, as if it were started alone.
 * @throws EnvironmentError with the problems of all three
 */
export function readServiceEnvs(source: Source, env: StandaloneEnv, secrets: Secrets, databaseUrl: string): ServiceEnvs {
  const gatewayHere = `http://localhost:${env.LATCHKEY_GATEWAY_PORT}`;
  const identityHere = `http://localhost:${env.LATCHKEY_IDENTITY_PORT}`;
  const values = sourceFor(source, {
    HOST: '127.0.0.1',
    LATCHKEY_GATEWAY_URL: env.LATCHKEY_GATEWAY_URL ?? gatewayHere,
    LATCHKEY_ISSUER: env.LATCHKEY_ISSUER ?? identityHere,
    LATCHKEY_KEYS_URL: env.LATCHKEY_KEYS_URL ?? `http://localhost:${env.LATCHKEY_KEYS_PORT}`,
    // Public URLs may lead through a proxy that is not there yet; among themselves the services use the ports.
    LATCHKEY_GATEWAY_JWKS_URL: source['LATCHKEY_GATEWAY_JWKS_URL'] ?? `${gatewayHere}/.well-known/jwks.json`,
    LATCHKEY_IDENTITY_INTERNAL_URL: source['LATCHKEY_IDENTITY_INTERNAL_URL'] ?? identityHere,
    LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: source['LATCHKEY_ALLOW_PRIVATE_UPSTREAMS'] ?? 'true',
    LATCHKEY_MAILBOX: source['LATCHKEY_MAILBOX'] ?? String(hasMailbox(source)),
    LATCHKEY_LOG_LEVEL: env.LATCHKEY_LOG_LEVEL,
    LATCHKEY_ADMIN_EMAIL: env.LATCHKEY_ADMIN_EMAIL,
    LATCHKEY_ADMIN_PASSWORD: env.LATCHKEY_ADMIN_PASSWORD,
    LATCHKEY_MASTER_KEY: secrets.masterKey,
    LATCHKEY_GATEWAY_SIGNING_KEY: secrets.gatewaySigningKey,
    LATCHKEY_SESSION_SEALING_KEY: secrets.sessionSealingKey,
    LATCHKEY_MANAGEMENT_PORT: undefined,
    DATABASE_URL: databaseUrl,
    REDIS_URL: env.REDIS_URL,
    NATS_URL: env.NATS_URL,
  });
  const problems = new Set<string>();
  const attempt = <E>(read: (source: Source) => E, servicePort: number, place: number): E | undefined => {
    try {
      return read({ ...values, PORT: String(servicePort), LATCHKEY_MANAGEMENT_PORT: managementPortOf(env, place) });
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      for (const problem of error.problems) problems.add(problem);
      return undefined;
    }
  };
  const identity = attempt(readIdentityEnv, env.LATCHKEY_IDENTITY_PORT, 1);
  const keys = attempt(readKeysEnv, env.LATCHKEY_KEYS_PORT, 2);
  const gateway = attempt(readGatewayEnv, env.LATCHKEY_GATEWAY_PORT, 0);
  if (identity === undefined || keys === undefined || gateway === undefined) throw new EnvironmentError([...problems]);
  return { identity, keys, gateway };
}
