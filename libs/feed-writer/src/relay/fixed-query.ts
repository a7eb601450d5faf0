import type pg from 'pg';
import type { EntityManager } from 'typeorm';

/** A statement whose text never changes. */
export interface FixedStatement {
  /** Known to Postgres by it, once per connection: another text under the same name is an error. */
  name: string;
  text: string;
}

/**
 * Runs a statement that Postgres parses and plans once per connection instead of each time, which for these takes longer than to run
 * them. TypeORM knows no such thing, so it goes to the client below.
 * @param manager  of a query runner: what follows on it runs on the same connection
 */
export async function fixedQuery<Row extends object>(manager: EntityManager, statement: FixedStatement, values: unknown[] = []): Promise<Row[]> {
  const { queryRunner } = manager;
  if (queryRunner === undefined) throw new Error('A fixed statement needs a connection of its own');
  const client = (await queryRunner.connect()) as pg.ClientBase;
  const { rows } = await client.query<Row>({ ...statement, values });
  return rows;
}
