import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { posted, type Statement } from './prepared.ts';

interface RowsInsert<T> {
  statement: Statement;
  /** The rows as the one parameter of the statement. */
  textOf: (rows: readonly T[]) => string;
}

/** However many rows: one statement, prepared once, whose parameter is a JSON array that Postgres reads as rows of the table. */
function rowsInsert<T extends ObjectLiteral>(dataSource: DataSource, entity: EntityTarget<T>, name: string): RowsInsert<T> {
  const { columns, tableName } = dataSource.getMetadata(entity);
  const names = columns.map(({ databaseName }) => `"${databaseName}"`).join(', ');
  const members = columns.map(({ databaseName, propertyName, type }) => ({ databaseName, propertyName, isBytes: type === 'bytea' }));
  // Hot path: one object a row, and nothing beside it.
  const jsonOf = (row: T): Record<string, unknown> => {
    const json: Record<string, unknown> = {};
    for (const { databaseName, propertyName, isBytes } of members) {
      const value = row[propertyName] as unknown;
      if (value !== null) json[databaseName] = isBytes ? bytesInJson(value as Buffer) : value;
    }
    return json;
  };
  return {
    statement: { name, text: `INSERT INTO ${tableName} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${tableName}, $1::json)` },
    textOf: (rows) => JSON.stringify(rows.map(jsonOf)),
  };
}

const bytesInJson = (bytes: Buffer): string => `\\x${bytes.toString('hex')}`;

/** Made once: what an entity looks like does not change. */
const inserts = new WeakMap<DataSource, Map<string, RowsInsert<never>>>();

function insertNamed<T extends ObjectLiteral>(dataSource: DataSource, entity: EntityTarget<T>, name: string): RowsInsert<T> {
  const known = inserts.get(dataSource) ?? new Map<string, RowsInsert<never>>();
  inserts.set(dataSource, known);
  const insert = (known.get(name) as RowsInsert<T> | undefined) ?? rowsInsert(dataSource, entity, name);
  known.set(name, insert);
  return insert;
}

/** Leaves new rows, with a value for every column, to the manager's transaction (see `posted`). @param name  of the prepared statement */
export async function postRows<T extends ObjectLiteral>(manager: EntityManager, entity: EntityTarget<T>, name: string, rows: readonly T[]): Promise<void> {
  const { statement, textOf } = insertNamed(manager.dataSource, entity, name);
  await posted(manager, statement, [textOf(rows)]);
}
