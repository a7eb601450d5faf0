import pg from 'pg';

/**
 * Runs `migrate` while no other process does so for the same schema, after making sure that the schema exists. The lock belongs to
 * its own session: it ends with the process, however that ends.
 */
export async function underMigrationLock(url: string, schema: string, migrate: () => Promise<void>): Promise<void> {
  // The name goes into DDL and into the search path, where no parameter can stand.
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new Error(`Not a plain schema name: ${schema}`);
  const session = new pg.Client({ connectionString: url, application_name: 'latchkey-migrate', connectionTimeoutMillis: 5000, keepAlive: true });
  let lost: Error | undefined;
  session.on('error', (error) => (lost = error));
  await session.connect();
  try {
    await session.query("SELECT pg_advisory_lock(hashtext('latchkey-migrations'), hashtext($1))", [schema]);
    // IF NOT EXISTS alone is no protection against two creators at once; the lock is.
    await session.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    await migrate();
    if (lost !== undefined) throw lost;
  } finally {
    await session.end();
  }
}
