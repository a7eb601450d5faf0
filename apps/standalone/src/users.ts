import { join } from 'node:path';
import { findEmbeddedPostgres } from '@latchkey/embedded-postgres';
import { operateUsers } from '@latchkey/identity';

/** What an operator does with accounts: on an external Postgres, or on the embedded one of a Latchkey that runs. */
function databaseOf(source: Record<string, string | undefined>): string | undefined {
  if (source['DATABASE_URL'] !== undefined || source['DATABASE_URL_FILE'] !== undefined) return source['DATABASE_URL'];
  return findEmbeddedPostgres(join(source['LATCHKEY_DATA_DIR'] ?? './.latchkey', 'postgres'));
}

try {
  process.stdout.write(await operateUsers(process.argv.slice(2), { ...process.env, DATABASE_URL: databaseOf(process.env) }));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
