import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { posted, type Statement } from './prepared.ts';

interface RowInsert<T> {
  statement: Statement;
  /** Every column of the row, in the order of the statement. */
  values: (row: T) => unknown[];
}

function rowInsert<T extends ObjectLiteral>(dataSource: DataSource, entity: EntityTarget<T>, name: string): RowInsert<T> {
  const { columns, tableName } = dataSource.getMetadata(entity);
  const isJson = ({ type }: { type: unknown }): boolean => type === 'jsonb' || type === 'json';
  return {
    statement: { name, text: `INSERT INTO ${tableName} (${columns.map(({ databaseName }) => `"${databaseName}"`).join(', ')}) VALUES (${columns.map((_, at) => `$${at + 1}`).join(', ')})` },
    values: (row) =>
      columns.map((column) => {
        const value: unknown = row[column.propertyName];
        // The driver takes an array for one of Postgres.
        return isJson(column) && value !== null ? JSON.stringify(value) : value;
      }),
  };
}

/** Made once: what an entity looks like does not change. */
const inserts = new WeakMap<DataSource, Map<string, RowInsert<never>>>();

function insertNamed<T extends ObjectLiteral>(dataSource: DataSource, entity: EntityTarget<T>, name: string): RowInsert<T> {
  const known = inserts.get(dataSource) ?? new Map<string, RowInsert<never>>();
  inserts.set(dataSource, known);
  const insert = (known.get(name) as RowInsert<T> | undefined) ?? rowInsert(dataSource, entity, name);
  known.set(name, insert);
  return insert;
}

/** Leaves a new row, with a value for every column, to the manager's transaction (see `posted`). @param name  of the prepared statement */
export async function postRow<T extends ObjectLiteral>(manager: EntityManager, entity: EntityTarget<T>, name: string, row: T): Promise<void> {
  const { statement, values } = insertNamed(manager.dataSource, entity, name);
  await posted(manager, statement, values(row));
}
