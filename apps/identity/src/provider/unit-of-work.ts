import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { errors } from 'oidc-provider';
import { DataSource, type EntityManager } from 'typeorm';
import { prepared, type Statement } from './prepared.ts';
import { Semaphore } from './semaphore.ts';

export type { Statement } from './prepared.ts';

interface Scope {
  manager: EntityManager;
  /** The last statement asked for: one connection carries one at a time, and the engine asks for several at once. */
  tail: Promise<unknown>;
  /** Answers that another statement has brought along, each for whoever asks first. */
  foreseen: Map<string, unknown[]>;
  /** Whether the transaction is to leave nothing behind, whatever it ends with. */
  undone: boolean;
}

/** Transactions held open at once; the rest of the pool stays free for the lookups that they make outside. */
const openTransactions = 10;

/**
 * Lets the engine's single steps (consume a code, save a token, revoke a grant) share one transaction although the engine knows of none:
 * a refresh is then rotated, answered and remembered, or nothing of it happened.
 */
@Injectable()
export class UnitOfWork {
  private readonly scopes = new AsyncLocalStorage<Scope>();
  private readonly slots = new Semaphore(openTransactions);

  constructor(private readonly dataSource: DataSource) {}

  /** Runs one step on the surrounding transaction, if there is one. Steps do not nest. */
  async run<T>(step: (manager: EntityManager) => Promise<T>): Promise<T> {
    const scope = this.scopes.getStore();
    return scope === undefined ? step(this.dataSource.manager) : queue(scope, step);
  }

  /** Runs one prepared statement like a step; what was foreseen is not asked again. */
  async prepared<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const scope = this.scopes.getStore();
    if (scope === undefined) return prepared(this.dataSource.manager, statement, values);
    if (scope.foreseen.size > 0) {
      const question = questionOf(statement, values);
      const rows = scope.foreseen.get(question);
      if (rows !== undefined) {
        scope.foreseen.delete(question);
        return rows as Row[];
      }
    }
    return queue(scope, (manager) => prepared<Row>(manager, statement, values));
  }

  /**
   * Takes note of what a statement will answer, for who knows that from another one of the same transaction. It answers once: a second look
   * is a look at the table.
   */
  foresee(statement: Statement, values: unknown[], rows: unknown[]): void {
    this.scopes.getStore()?.foreseen.set(questionOf(statement, values), rows);
  }

  /** The same for a step of several statements: outside of a transaction it gets one of its own. */
  async atomically<T>(step: (manager: EntityManager) => Promise<T>): Promise<T> {
    const scope = this.scopes.getStore();
    return scope === undefined ? this.dataSource.transaction(step) : queue(scope, step);
  }

  /**
   * Undoes what `work` did to the surrounding transaction when it throws, and nothing of what was done before.
   */
  async orNothing<T>(work: () => Promise<T>): Promise<T> {
    await this.run((manager) => manager.query('SAVEPOINT nothing'));
    try {
      return await work();
    } catch (error) {
      await this.run((manager) => manager.query('ROLLBACK TO SAVEPOINT nothing'));
      throw error;
    }
  }

  /**
   * Undoes the whole surrounding transaction when `work` throws, an OAuth error or any other. A refresh token is used up before the whole
   * request is judged: one with a wrong resource would otherwise cost a client its connection.
   */
  async orRollBack<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const scope = this.scopes.getStore();
      if (scope !== undefined) scope.undone = true;
      throw error;
    }
  }

  /**
   * Opens a transaction around `work`. An OAuth error is an answer and commits what led to it, such as the revocation after a reuse;
   * any other error rolls back.
   */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const outcome = await this.slots.use(() =>
      this.dataSource.transaction((manager) => {
        const scope: Scope = { manager, tail: Promise.resolve(), foreseen: new Map(), undone: false };
        return this.scopes.run(scope, async () => {
          try {
            return { value: await work(manager) };
          } catch (error) {
            if (!scope.undone && error instanceof errors.OIDCProviderError && error.statusCode < 500) return { error };
            throw error;
          }
        });
      }),
    );
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }
}

function queue<T>(scope: Scope, step: (manager: EntityManager) => Promise<T>): Promise<T> {
  const result = scope.tail.then(() => step(scope.manager));
  scope.tail = result.catch(() => undefined);
  return result;
}

const questionOf = ({ name }: Statement, values: unknown[]): string =>
  [name, ...values.map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)))].join('\0');
