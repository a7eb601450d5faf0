import type { DataSource } from 'typeorm';
import type { PostgresOptions } from './connect.ts';

/** Of a migrations list, the names under which the database remembers them. */
const namesOf = (migrations: PostgresOptions['migrations']): string[] =>
  Object.values(migrations ?? {}).map((migration: unknown) => (typeof migration === 'function' ? migration.name : String(migration)));

/** The schema lacks a change that this version of the service needs, and the service was told not to make it. */
export class SchemaBehindError extends Error {
  constructor(schema: string, missing: readonly string[]) {
    const some = missing.length > 3 ? [...missing.slice(0, 3), '…'] : missing;
    super(`The schema "${schema}" lacks ${missing.length} of its migrations (${some.join(', ')}). Run the migrations of this version first, as the owner of the schema.`);
    this.name = 'SchemaBehindError';
  }
}

/**
 * Compares, and changes nothing. A schema that is ahead is fine: a release works on the schema of the next one, or no upgrade could be rolled out.
 * @throws SchemaBehindError
 */
export async function requireMigrated(dataSource: DataSource, { schema, migrations }: Pick<PostgresOptions, 'schema' | 'migrations'>): Promise<void> {
  const [found] = await dataSource.query<{ exists: boolean }[]>('SELECT to_regclass($1) IS NOT NULL AS exists', [`"${schema}".migrations`]);
  const applied = found?.exists === true ? await dataSource.query<{ name: string }[]>(`SELECT name FROM "${schema}".migrations`) : [];
  const missing = namesOf(migrations).filter((name) => !applied.some((row) => row.name === name));
  if (missing.length > 0) throw new SchemaBehindError(schema, missing);
}
