import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { posted, prepared, SharedReader, Transaction, type Statement } from '@latchkey/postgres';
import { currentRequest, RequestNote, type RequestFacts } from '@latchkey/service';
import { errors } from 'oidc-provider';
import { DataSource, type EntityManager } from 'typeorm';
import { Foresight } from './foresight.ts';
import { Semaphore } from './semaphore.ts';

export type { Statement } from '@latchkey/postgres';

interface Scope {
  /** Gives the transaction; the first who asks opens it. */
  open: () => Promise<Transaction>;
  /** Whether what only reads does so beside the transaction, in which nothing is written yet that it could look for. */
  readsBeside: boolean;
  /** The last statement asked for: one connection carries one at a time, and the engine asks for several at once. */
  tail: Promise<unknown>;
  foreseen: Foresight;
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
  private readonly reader: SharedReader;
  /** Of requests that are in no transaction; it ends with them. */
  private readonly foreseen = new RequestNote<RequestFacts, Foresight>();

  constructor(private readonly dataSource: DataSource) {
    this.reader = new SharedReader(dataSource);
  }

  /** Runs one step on the surrounding transaction, if there is one. Steps do not nest. */
  async run<T>(step: (manager: EntityManager) => Promise<T>): Promise<T> {
    const scope = this.scopes.getStore();
    return scope === undefined ? step(this.dataSource.manager) : queue(scope, step);
  }

  /** Runs one prepared statement like a step; what was foreseen is not asked again. */
  async prepared<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const scope = this.scopes.getStore();
    if (scope === undefined) return prepared(this.dataSource.manager, statement, values);
    return scope.foreseen.take<Row>(statement, values) ?? queue(scope, (manager) => prepared<Row>(manager, statement, values));
  }

  /** The same for one that only reads, by an index: outside of a transaction it shares its way with those of other requests. */
  async look<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const scope = this.scopes.getStore();
    if (scope !== undefined && !scope.readsBeside) return this.prepared(statement, values);
    const request = currentRequest();
    const foreseen = request === undefined ? undefined : this.foreseen.get(request);
    return foreseen?.take<Row>(statement, values) ?? this.reader.look(statement, values);
  }

  /** The same for one that writes and tells nothing: in a transaction nobody waits for it, and the COMMIT fails where it did. */
  async post(statement: Statement, values: unknown[]): Promise<void> {
    await this.run((manager) => posted(manager, statement, values));
  }

  /**
   * Takes note of what a statement will answer, for who knows that from another one of the same transaction, or of the same request where
   * there is none. It answers once: a second look is a look at the table.
   */
  foresee(statement: Statement, values: unknown[], rows: unknown[]): void {
    const scope = this.scopes.getStore();
    if (scope !== undefined && !scope.readsBeside) return scope.foreseen.note(statement, values, rows);
    const request = currentRequest();
    if (request === undefined) return;
    const foreseen = this.foreseen.get(request) ?? new Foresight();
    this.foreseen.set(request, foreseen);
    foreseen.note(statement, values, rows);
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
      this.abandon();
      throw error;
    }
  }

  /** Leaves nothing of the surrounding transaction, whatever it ends with. */
  abandon(): void {
    const scope = this.scopes.getStore();
    if (scope !== undefined) scope.undone = true;
  }

  /**
   * Opens a transaction around `work`. An OAuth error is an answer and commits what led to it, such as the revocation after a reuse;
   * any other error rolls back.
   */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const surrounding = this.scopes.getStore();
    if (surrounding?.readsBeside === true) return this.orRollBack(async () => work((await surrounding.open()).manager));
    return this.slots.use(async () => {
      const transaction = await Transaction.begin(this.dataSource);
      const scope = scopeOf(() => Promise.resolve(transaction), false);
      return this.scopes.run(scope, () => settle(scope, transaction, () => work(transaction.manager)));
    });
  }

  /**
   * Lets all that `work` writes share one transaction, which opens with the first of it and is committed at its end; what `work` reads it
   * reads as if there was none. For who writes several things that nobody looks for before the answer.
   */
  async together<T>(work: () => Promise<T>): Promise<T> {
    let opened: Promise<Transaction> | undefined;
    let giveBack: (() => void) | undefined;
    const open = async (): Promise<Transaction> => {
      giveBack = await this.slots.take();
      return Transaction.begin(this.dataSource);
    };
    const scope = scopeOf(() => (opened ??= open()), true);
    try {
      return await this.scopes.run(scope, async () => {
        const outcome = await outcomeOf(work);
        if (opened === undefined) return valueOf(outcome);
        return settle(scope, await opened, () => Promise.resolve(valueOf(outcome)));
      });
    } finally {
      giveBack?.();
    }
  }
}

const scopeOf = (open: Scope['open'], readsBeside: boolean): Scope => ({ open, readsBeside, tail: Promise.resolve(), foreseen: new Foresight(), undone: false });

type Outcome<T> = { value: T } | { error: unknown };

const outcomeOf = <T>(work: () => Promise<T>): Promise<Outcome<T>> => work().then((value) => ({ value }), (error: unknown) => ({ error }));

function valueOf<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** Runs `work` and ends its transaction as it deserves. */
async function settle<T>(scope: Scope, transaction: Transaction, work: () => Promise<T>): Promise<T> {
  const outcome = await outcomeOf(work);
  const answers = !('error' in outcome) || (outcome.error instanceof errors.OIDCProviderError && outcome.error.statusCode < 500);
  if (answers && !scope.undone) {
    await transaction.commit();
    return valueOf(outcome);
  }
  const failed = await transaction.rollBack();
  if (failed !== undefined) throw failed.error;
  return valueOf(outcome);
}

function queue<T>(scope: Scope, step: (manager: EntityManager) => Promise<T>): Promise<T> {
  const result = scope.tail.then(async () => step((await scope.open()).manager));
  scope.tail = result.catch(() => undefined);
  return result;
}
