import type { EntityManager } from 'typeorm';
import { connectionOf, poolOf, type Connection } from './connection.ts';
import { NamedQuery } from './named-query.ts';
import { beginStatement } from './statement-span.ts';
import { Transaction } from './transaction.ts';

/** A statement by its name and text; both are constants, as every connection keeps what it has prepared. */
export interface Statement {
  name: string;
  text: string;
}

/** What a refusal of the driver carries of the data that it was about. */
const telling = ['detail', 'where', 'internalQuery'] as const;

/** Asks a connection; what is asked of it in one turn of the event loop travels in one write. */
export function ask<Row>(connection: Pick<Connection, 'query'>, statement: Statement, values: unknown[]): Promise<Row[]> {
  const span = beginStatement(statement.name);
  return new Promise((resolve, reject) => {
    connection.query(new NamedQuery(statement, values), (error, result) => {
      span?.end(error !== null && error !== undefined);
      if (error === null || error === undefined) return resolve(result.rows as Row[]);
      for (const name of telling) delete (error as Partial<Record<(typeof telling)[number], unknown>>)[name];
      Error.captureStackTrace(error);
      reject(error);
    });
  });
}

/**
 * Runs one statement on the manager's transaction, if it has one. Hot path: for what every token, every key and every sign-in asks. It is
 * prepared once per connection, and the object mapper, which costs as much as all the rest of such a request, is left out.
 */
export async function prepared<Row>(manager: EntityManager, statement: Statement, values: unknown[]): Promise<Row[]> {
  if (manager.queryRunner === undefined) return ask(poolOf(manager.dataSource), statement, values);
  return ask(await connectionOf(manager.queryRunner), statement, values);
}

/**
 * Leaves a statement whose answer says nothing to the manager's transaction: it travels with the next one, or with the COMMIT, and where it
 * fails the transaction does. Where there is none that takes such, it is waited for.
 */
export async function posted(manager: EntityManager, statement: Statement, values: unknown[]): Promise<void> {
  const transaction = Transaction.of(manager);
  if (transaction === undefined) await prepared(manager, statement, values);
  else transaction.post(ask(transaction.connection, statement, values));
}
