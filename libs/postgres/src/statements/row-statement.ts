import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import type { Statement } from './prepared.ts';

/** The columns of an entity under the names of its properties, as a row of the driver is to have them. @param without  properties that nobody reads */
export function columnsOf<T extends ObjectLiteral>(dataSource: DataSource, entity: EntityTarget<T>, without: readonly (keyof T & string)[] = []): string {
  const { columns } = dataSource.getMetadata(entity);
  return columns.filter(({ propertyName }) => !without.includes(propertyName)).map(({ databaseName, propertyName }) => `"${databaseName}" AS "${propertyName}"`).join(', ');
}

/** A prepared statement for whole rows of an entity, spelled as the entity spells its columns; what it knows, and nothing to fall behind it. */
export function rowStatement<T extends ObjectLiteral>(dataSource: DataSource, entity: EntityTarget<T>, name: string, condition: string): Statement {
  return { name, text: `SELECT ${columnsOf(dataSource, entity)} FROM ${dataSource.getMetadata(entity).tableName} WHERE ${condition}` };
}
