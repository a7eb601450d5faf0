import type { DataSource, QueryRunner } from 'typeorm';
import type { NamedQuery } from './named-query.ts';

/** A connection of the driver, below the object mapper. */
export interface Connection {
  query(text: string): Promise<{ command: string }>;
  query(query: NamedQuery, answered: (error: Error | null | undefined, result: { rows: unknown[] }) => void): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  connection: { stream: { cork(): void; uncork(): void } };
}

/** The driver's pool, below the object mapper. */
export interface Pool extends Pick<Connection, 'query'> {
  connect(): Promise<Connection & { release(error?: unknown): void }>;
}

export const poolOf = (dataSource: DataSource): Pool => (dataSource.driver as unknown as { master: Pool }).master;

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
