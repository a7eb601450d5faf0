import type { DataSource } from 'typeorm';
import { isOfStatement } from '../errors.ts';
import { gathered, poolOf, type Connection } from './connection.ts';
import { ask, type Statement } from './prepared.ts';

interface Lease {
  users: number;
  connection: Promise<Connection & { release(error?: unknown): void }>;
  /** Nobody new gets it; `error` is why nobody may. */
  retire(error?: unknown): void;
  end(): void;
}

/**
 * One connection for the short looks of all requests at once. Those of one turn of the event loop travel together, so the busier a process
 * is, the less each of them costs. It goes back to the pool whenever nobody waits for an answer. Only for what reads, by an index: each
 * answer waits for the ones in front of it.
 */
export class SharedReader {
  private current: Lease | undefined;

  constructor(private readonly dataSource: DataSource) {}

  async look<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const lease = (this.current ??= this.lease());
    lease.users += 1;
    try {
      return await ask<Row>(gathered(await lease.connection), statement, values);
    } catch (error) {
      if (!isOfStatement(error)) lease.retire(error);
      throw error;
    } finally {
      lease.users -= 1;
      if (lease.users === 0) lease.end();
    }
  }

  private lease(): Lease {
    let lost: unknown;
    const retire = (error?: unknown): void => {
      lost ??= error;
      if (this.current === lease) this.current = undefined;
    };
    const connection = poolOf(this.dataSource).connect();
    const lease: Lease = {
      users: 0,
      connection,
      retire,
      end: () => {
        retire();
        connection.then(
          (held) => {
            held.removeListener('error', retire);
            held.release(lost);
          },
          () => undefined,
        );
      },
    };
    // Who waits for an answer is told that the connection is lost; who comes after them gets another one.
    connection.then((held) => held.on('error', retire), retire);
    return lease;
  }
}
