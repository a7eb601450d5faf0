import pg from 'pg';

/**
 * Runs `migrate` while no other process does so for the same schema, after making sure that the schema exists. The lock belongs to
 * its own session: it ends with the process, however that ends.
 */
export async function underMigrationLock<T>(url: string, schema: string, migrate: () => Promise<T>): Promise<T> {
  // The name goes into DDL and into the search path, where no parameter can stand.
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new Error(`Not a plain schema name: ${schema}`);
  const session = new pg.Client({ connectionString: url, application_name: 'latchkey-migrate', connectionTimeoutMillis: 5000, keepAlive: true });
  let lost: Error | undefined;
  session.on('error', (error) => (lost = error));
  await session.connect();
  try {
    await session.query("SELECT pg_advisory_lock(hashtext('latchkey-migrations'), hashtext($1))", [schema]);
    // Looked at first: whoever owns the schema need not be allowed to make another, and IF NOT EXISTS asks for that right all the same.
    const { rows } = await session.query<{ exists: boolean }>('SELECT to_regnamespace($1) IS NOT NULL AS exists', [schema]);
    if (rows[0]?.exists !== true) await session.query(`CREATE SCHEMA "${schema}"`);
    const result = await migrate();
    if (lost !== undefined) throw lost;
    return result;
  } finally {
    await session.end();
  }
}
