import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { gathered, type Connection } from './connection.ts';

const transactions = new WeakMap<QueryRunner, Transaction>();

/**
 * A transaction on a connection that answers in order: its BEGIN travels with the first statement, and its COMMIT with the last ones, which
 * nobody has to wait for. Two trips for what would else be five.
 */
export class Transaction {
  private readonly unanswered: Promise<unknown>[] = [];
  private readonly following = new Set<() => void>();
  private failed: { error: unknown } | undefined;

  private constructor(
    readonly runner: QueryRunner,
    private readonly held: Connection,
  ) {}

  static async begin(dataSource: DataSource): Promise<Transaction> {
    const runner = dataSource.createQueryRunner();
    const transaction = new Transaction(runner, (await runner.connect()) as Connection);
    // The mapper is told: who begins a transaction through its manager gets a savepoint in this one.
    Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
    transactions.set(runner, transaction);
    transaction.post(transaction.connection.query('BEGIN'));
    return transaction;
  }

  /** The one that a manager writes in; undefined for a transaction of the mapper's, and outside of any. */
  static of({ queryRunner }: EntityManager): Transaction | undefined {
    return queryRunner === undefined ? undefined : transactions.get(queryRunner);
  }

  get manager(): EntityManager {
    return this.runner.manager;
  }

  get connection(): Connection {
    return gathered(this.held);
  }

  /** @param answer  of a statement that was sent; nobody waits for it before the end */
  post(answer: Promise<unknown>): void {
    this.unanswered.push(answer.catch((error: unknown) => (this.failed ??= { error })));
  }

  /** @param act  is called once when the transaction is committed. A process that dies in between never calls it: nothing may depend on it */
  follow(act: () => void): void {
    this.following.add(act);
  }

  /** @throws what a posted statement failed by; nothing is left of the transaction then */
  async commit(): Promise<void> {
    try {
      const commit = this.connection.query('COMMIT');
      const [{ command }] = await Promise.all([commit, ...this.unanswered]);
      if (this.failed !== undefined) throw this.failed.error;
      // Postgres answers so to the COMMIT of a transaction in which a statement has failed.
      if (command !== 'COMMIT') throw new Error('The transaction was rolled back.');
    } finally {
      await this.release();
    }
    for (const act of this.following) act();
  }

  /** @returns what a posted statement failed by, which then is why a later one did */
  async rollBack(): Promise<{ error: unknown } | undefined> {
    try {
      await Promise.all([this.connection.query('ROLLBACK'), ...this.unanswered]).catch(() => undefined);
      return this.failed;
    } finally {
      await this.release();
    }
  }

  private async release(): Promise<void> {
    transactions.delete(this.runner);
    Object.assign(this.runner, { isTransactionActive: false, transactionDepth: 0 });
    await this.runner.release();
  }
}
