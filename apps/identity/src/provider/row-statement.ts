import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import type { Statement } from './unit-of-work.ts';

/** A prepared statement for whole rows of an entity, spelled as the entity spells its columns; what it knows, and nothing to fall behind it. */
export function rowStatement<T extends ObjectLiteral>(dataSource: DataSource, entity: EntityTarget<T>, name: string, condition: string): Statement {
  const { columns, tableName } = dataSource.getMetadata(entity);
  const list = columns.map(({ databaseName, propertyName }) => `"${databaseName}" AS "${propertyName}"`).join(', ');
  return { name, text: `SELECT ${list} FROM ${tableName} WHERE ${condition}` };
}
