import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readGatewayEnv } from '@latchkey/gateway';
import { readIdentityEnv } from '@latchkey/identity';
import { readKeysEnv } from '@latchkey/keys';
import { read, type EnvVariable, type Manifest, type PodSpec } from './manifest.ts';

const readers: Record<string, (source: Record<string, string>) => unknown> = { gateway: readGatewayEnv, identity: readIdentityEnv, keys: readKeysEnv };

/** What a cluster would have in its Secrets: never in a manifest. */
const key = randomBytes(32).toString('base64');
const secrets: Record<string, string> = {
  LATCHKEY_MASTER_KEY: key,
  LATCHKEY_SESSION_SEALING_KEY: key,
  LATCHKEY_GATEWAY_SIGNING_KEY: JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })),
  LATCHKEY_ADMIN_PASSWORD: 'a password of the test',
  LATCHKEY_SMTP_URL: 'smtp://mail.example:587',
  DATABASE_URL: 'postgres://role@postgres/latchkey',
  NATS_URL: 'nats://role@nats:4222',
  REDIS_URL: 'redis://redis:6379',
};

/** Of Node itself. */
const foreign = new Set(['NODE_OPTIONS']);

interface Environment {
  values: Record<string, string>;
  problems: string[];
}

function valueOf({ name, value, valueFrom }: EnvVariable, configMaps: readonly Manifest[], spec: PodSpec): string | undefined {
  if (valueFrom?.configMapKeyRef !== undefined) {
    const { name: map, key: entry } = valueFrom.configMapKeyRef;
    return configMaps.find(({ metadata }) => metadata.name === map)?.data?.[entry];
  }
  if (valueFrom?.secretKeyRef !== undefined) return secrets[name];
  if (!name.endsWith('_FILE')) return secrets[name] === undefined ? value : undefined;
  // The file has to lie in a folder that a Secret is mounted at.
  const secretVolumes = (spec.volumes ?? []).filter(({ secret }) => secret !== undefined).map((volume) => volume.name);
  const folders = spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts.filter((mount) => secretVolumes.includes(mount.name)).map(({ mountPath }) => mountPath));
  return folders.some((folder) => value?.startsWith(`${folder}/`)) ? secrets[name.slice(0, -'_FILE'.length)] : undefined;
}

/** The variables of a pod, with something usable in the place of each secret. */
export function environmentOf(spec: PodSpec, configMaps: readonly Manifest[]): Environment {
  const environment: Environment = { values: {}, problems: [] };
  for (const variable of spec.containers.flatMap(({ env = [] }) => env)) {
    const value = valueOf(variable, configMaps, spec);
    if (value === undefined) environment.problems.push(`${variable.name} has no value, or a secret in the open`);
    else environment.values[variable.name.replace(/_FILE$/, '')] = value;
  }
  return environment;
}

/** Variables without a value or that the service does not read, and what the service itself says of the rest. */
export function problemsOfEnvironment(service: string, { values, problems }: Environment): string[] {
  const schema = read(`apps/${service}/src/env.ts`);
  const unread = Object.keys(values).filter((name) => !foreign.has(name) && !new RegExp(`^ {2}${name}:`, 'm').test(schema)).map((name) => `${name} is not read`);
  // A service of its own needs the feed; the schema leaves that to whoever starts it.
  const missing = values['NATS_URL'] === undefined ? ['NATS_URL is missing'] : [];
  try {
    readers[service]!(values);
    return [...problems, ...unread, ...missing];
  } catch (error) {
    return [...problems, ...unread, ...missing, String(error)];
  }
}
