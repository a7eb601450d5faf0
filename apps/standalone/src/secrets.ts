import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StandaloneEnv } from './env.ts';

/** The keys of the deployment, in the form in which the services read them from their environment. */
export interface Secrets {
  masterKey: string;
  gatewaySigningKey: string;
  sessionSealingKey: string;
}

const random32 = (): string => randomBytes(32).toString('base64');
const es256 = (): string => JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }));

/** Made once, readable by its owner only; it appears whole or not at all. */
function keep(file: string, make: () => string): string {
  if (!existsSync(file)) {
    const draft = `${file}.${randomBytes(4).toString('hex')}`;
    writeFileSync(draft, make(), { mode: 0o600, flag: 'wx', flush: true });
    renameSync(draft, file);
  }
  return readFileSync(file, 'utf8').trim();
}

/** Takes each key from the environment, or from the data directory, where the first start puts it. */
export function readSecrets(env: StandaloneEnv): Secrets {
  const inDirectory = (name: string, make: () => string): string => keep(join(env.LATCHKEY_DATA_DIR, name), make);
  return {
    masterKey: env.LATCHKEY_MASTER_KEY ?? inDirectory('master-key', random32),
    gatewaySigningKey: env.LATCHKEY_GATEWAY_SIGNING_KEY ?? inDirectory('gateway-signing-key.json', es256),
    sessionSealingKey: env.LATCHKEY_SESSION_SEALING_KEY ?? inDirectory('session-sealing-key', random32),
  };
}
