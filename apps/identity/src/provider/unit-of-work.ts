import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { errors } from 'oidc-provider';
import { DataSource, type EntityManager } from 'typeorm';
import { Semaphore } from './semaphore.ts';

interface Scope {
  manager: EntityManager;
  /** The last statement asked for: one connection carries one at a time, and the engine asks for several at once. */
  tail: Promise<unknown>;
}

/** A statement by its name and text; both are constants, as every connection keeps what it has prepared. */
export interface Statement {
  name: string;
  text: string;
}

/** The driver below the object mapper. */
interface Connection {
  query(statement: Statement & { values: unknown[] }): Promise<{ rows: unknown[] }>;
}

/** Transactions held open at once; the rest of the pool stays free for the lookups that they make outside. */
const openTransactions = 6;

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

  /**
   * Runs one statement like a step. Hot path: for what every token request asks. It is prepared once per connection, and the object mapper,
   * which costs as much as all the rest of such a request, is left out.
   */
  async prepared<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const scope = this.scopes.getStore();
    const ask = async (connection: Connection): Promise<Row[]> => (await connection.query({ ...statement, values })).rows as Row[];
    if (scope === undefined) return ask((this.dataSource.driver as unknown as { master: Connection }).master);
    return queue(scope, async ({ queryRunner }) => ask((await queryRunner?.connect()) as Connection));
  }

  /** The same for a step of several statements: outside of a transaction it gets one of its own. */
  async atomically<T>(step: (manager: EntityManager) => Promise<T>): Promise<T> {
    const scope = this.scopes.getStore();
    return scope === undefined ? this.dataSource.transaction(step) : queue(scope, step);
  }

  /**
   * Undoes what `work` did to the surrounding transaction when it throws. The engine uses a refresh token up before it has judged the
   * whole request: one with a wrong resource would otherwise cost a client its connection.
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
   * Opens a transaction around `work`. An OAuth error is an answer and commits what led to it, such as the revocation after a reuse;
   * any other error rolls back.
   */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const outcome = await this.slots.use(() =>
      this.dataSource.transaction((manager) =>
        this.scopes.run({ manager, tail: Promise.resolve() }, async () => {
          try {
            return { value: await work(manager) };
          } catch (error) {
            if (error instanceof errors.OIDCProviderError && error.statusCode < 500) return { error };
            throw error;
          }
        }),
      ),
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
