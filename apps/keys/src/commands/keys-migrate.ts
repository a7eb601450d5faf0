import 'reflect-metadata';
import { migratePostgres } from '@latchkey/postgres';
import { envOf, runCommand, say, UsageError } from '@latchkey/service';
import { keysEnvSchema } from '../env.ts';
import { migrations } from '../migrations/index.ts';
import { entities } from '../storage.ts';

const usage = `npm run migrate:keys

Brings the schema "keys" in the database of DATABASE_URL up to date, as the role that owns it (deploy/postgres/roles.sql), and prints what it
did. Run it before a new version starts: a service with LATCHKEY_MIGRATE=false refuses a schema that lacks something.`;

runCommand(async () => {
  if (process.argv.length > 2) throw new UsageError(usage);
  const env = envOf(keysEnvSchema.pick({ DATABASE_URL: true }));
  say({ schema: 'keys', applied: await migratePostgres({ url: env.DATABASE_URL, schema: 'keys', entities, migrations }) });
  return 0;
});
