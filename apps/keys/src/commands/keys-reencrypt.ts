import 'reflect-metadata';
import { openPostgres } from '@latchkey/postgres';
import { envOf, runCommand, say, UsageError } from '@latchkey/service';
import { Envelope } from '../encryption/envelope.ts';
import { LocalKeyEncryption } from '../encryption/local-key-encryption.ts';
import { reencrypt } from '../encryption/reencrypt.ts';
import { keysEnvSchema } from '../env.ts';

const usage = `npm run keys:reencrypt

Wraps every sealed value of the key service (webhook secrets, keys of subscriptions, connections, answers of mints that may be repeated) under the first key of
LATCHKEY_MASTER_KEY, while the service runs; see docs/operations.md. It can be stopped at any time and run again.`;

runCommand(async () => {
  if (process.argv.length > 2) throw new UsageError(usage);
  const env = envOf(keysEnvSchema.pick({ DATABASE_URL: true, LATCHKEY_MASTER_KEY: true }));
  // No migrations: what runs decides which schema there is.
  const dataSource = await openPostgres({ url: env.DATABASE_URL, schema: 'keys', entities: [], migrations: [] });
  try {
    say(await reencrypt(dataSource, new Envelope(new LocalKeyEncryption(env.LATCHKEY_MASTER_KEY))));
    return 0;
  } finally {
    await dataSource.destroy();
  }
});
