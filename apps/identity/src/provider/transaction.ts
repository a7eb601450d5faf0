import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/** A connection of the driver, below the object mapper. */
export interface Connection {
  query(statement: { name: string; text: string; values: unknown[] } | string): Promise<{ rows: unknown[]; command: string }>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  connection: { stream: { cork(): void; uncork(): void } };
}

const corked = new WeakSet<object>();

/** Lets what is asked of a connection in this turn of the event loop leave in one write, which costs more than all else about a statement. */
export function gathered(connection: Connection): Connection {
  const { stream } = connection.connection;
  if (!corked.has(stream)) {
    corked.add(stream);
    stream.cork();
    setImmediate(() => {
      corked.delete(stream);
      stream.uncork();
    });
  }
  return connection;
}

export const connectionOf = async (runner: QueryRunner): Promise<Connection> => gathered((await runner.connect()) as Connection);

/**
 * A transaction on a connection that answers in order: its BEGIN travels with the first statement, and its COMMIT with the last ones, which
 * nobody has to wait for. Two trips for what would else be five.
 */
export class Transaction {
  private readonly unanswered: Promise<unknown>[] = [];
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
    transaction.post(transaction.connection.query('BEGIN'));
    return transaction;
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
    Object.assign(this.runner, { isTransactionActive: false, transactionDepth: 0 });
    await this.runner.release();
  }
}
