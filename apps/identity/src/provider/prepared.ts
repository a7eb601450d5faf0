import type { DataSource, EntityManager } from 'typeorm';

/** A statement by its name and text; both are constants, as every connection keeps what it has prepared. */
export interface Statement {
  name: string;
  text: string;
}

/** The driver below the object mapper. */
interface Connection {
  query(statement: Statement & { values: unknown[] }): Promise<{ rows: unknown[] }>;
}

/** What a refusal of the driver carries of the data that it was about. */
const telling = ['detail', 'where', 'internalQuery'] as const;

/**
 * Runs one statement on the manager's transaction, if it has one. Hot path: for what every token and every sign-in asks. It is prepared once
 * per connection, and the object mapper, which costs as much as all the rest of such a request, is left out.
 */
export async function prepared<Row>(manager: EntityManager, statement: Statement, values: unknown[]): Promise<Row[]> {
  const connection = (manager.queryRunner === undefined ? poolOf(manager.dataSource) : await manager.queryRunner.connect()) as Connection;
  try {
    return (await connection.query({ ...statement, values })).rows as Row[];
  } catch (error) {
    for (const name of telling) delete (error as Partial<Record<(typeof telling)[number], unknown>>)[name];
    throw error;
  }
}

const poolOf = (dataSource: DataSource): unknown => (dataSource.driver as unknown as { master: unknown }).master;
