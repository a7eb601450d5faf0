import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { connectionOf, type Connection, type Transaction } from './transaction.ts';

/** A statement by its name and text; both are constants, as every connection keeps what it has prepared. */
export interface Statement {
  name: string;
  text: string;
}

/** What a refusal of the driver carries of the data that it was about. */
const telling = ['detail', 'where', 'internalQuery'] as const;

/** Asks a connection; what is asked of it in one turn of the event loop travels in one write. */
export async function ask<Row>(connection: Pick<Connection, 'query'>, statement: Statement, values: unknown[]): Promise<Row[]> {
  try {
    return (await connection.query({ ...statement, values })).rows as Row[];
  } catch (error) {
    for (const name of telling) delete (error as Partial<Record<(typeof telling)[number], unknown>>)[name];
    throw error;
  }
}

/**
 * Runs one statement on the manager's transaction, if it has one. Hot path: for what every token and every sign-in asks. It is prepared once
 * per connection, and the object mapper, which costs as much as all the rest of such a request, is left out.
 */
export async function prepared<Row>(manager: EntityManager, statement: Statement, values: unknown[]): Promise<Row[]> {
  if (manager.queryRunner === undefined) return ask(poolOf(manager.dataSource), statement, values);
  return ask(await connectionOf(manager.queryRunner), statement, values);
}

/** Transactions that statements can be left with. */
const transactions = new WeakMap<QueryRunner, Transaction>();

export const takesPosts = (transaction: Transaction): void => void transactions.set(transaction.runner, transaction);

/**
 * Leaves a statement whose answer says nothing to the manager's transaction: it travels with the next one, or with the COMMIT, and where it
 * fails the transaction does. Where there is none that takes such, it is waited for.
 */
export async function posted(manager: EntityManager, statement: Statement, values: unknown[]): Promise<void> {
  const transaction = manager.queryRunner === undefined ? undefined : transactions.get(manager.queryRunner);
  if (transaction === undefined) await prepared(manager, statement, values);
  else transaction.post(ask(transaction.connection, statement, values));
}

export const poolOf = (dataSource: DataSource): Pool => (dataSource.driver as unknown as { master: Pool }).master;

/** The driver's pool, below the object mapper. */
export interface Pool extends Pick<Connection, 'query'> {
  connect(): Promise<Connection & { release(error?: unknown): void }>;
}
