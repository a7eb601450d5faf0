import 'reflect-metadata';
import { openPostgres } from '@latchkey/postgres';
import { commandOptions, envOf, runCommand, say, UsageError } from '@latchkey/service';
import type { DataSource } from 'typeorm';
import { identityEnvSchema } from '../env.ts';
import { DropSigningKey } from '../keys/drop-signing-key.ts';
import { MasterKey } from '../keys/master-key.ts';
import { ResealKeys } from '../keys/reseal-keys.ts';
import { SigningKeys } from '../keys/signing-keys.ts';
import { entities } from '../storage.ts';

const usage = `npm run keys:rotate -- --list | --compromised <kid> | --reseal

Works on the database of DATABASE_URL with the keys of LATCHKEY_MASTER_KEY, while the service runs; see docs/operations.md.
--list              the keys in use, by what they are for, the one that signs first
--compromised <kid> drops a key at once: another one signs, and whatever the key signed is refused everywhere within the bound
--reseal            seals all keys, second factors and secrets of identity providers with the first master key of the list, so that the
                    others can be removed from it`;

interface Listed {
  kid: string;
  purpose: string;
  createdAt: Date;
  signedUntil: Date | null;
}

const list = (dataSource: DataSource): Promise<Listed[]> =>
  dataSource.query(
    `SELECT id AS kid, purpose, created_at AS "createdAt", signed_until AS "signedUntil" FROM secret_keys WHERE retired_at IS NULL
     ORDER BY purpose, position, created_at`,
  );

function readArguments(): { list?: boolean; compromised?: string; reseal?: boolean } {
  const wanted = commandOptions({ list: { type: 'boolean' }, compromised: { type: 'string' }, reseal: { type: 'boolean' } }, usage);
  if (Object.keys(wanted).length === 1) return wanted;
  throw new UsageError(usage);
}

runCommand(async () => {
  const wanted = readArguments();
  const env = envOf(identityEnvSchema.pick({ DATABASE_URL: true, LATCHKEY_MASTER_KEY: true }));
  // No migrations: what runs decides which schema there is.
  const dataSource = await openPostgres({ url: env.DATABASE_URL, schema: 'identity', entities, migrations: [] });
  try {
    const masterKey = new MasterKey(env.LATCHKEY_MASTER_KEY);
    const keys = new SigningKeys(dataSource, masterKey);
    if (wanted.compromised !== undefined) say({ dropped: wanted.compromised, signs: await new DropSigningKey(dataSource, keys).run(wanted.compromised) });
    if (wanted.reseal === true) say({ resealed: await new ResealKeys(dataSource, keys, masterKey).run() });
    if (wanted.list === true) for (const key of await list(dataSource)) say(key);
    return 0;
  } finally {
    await dataSource.destroy();
  }
});
