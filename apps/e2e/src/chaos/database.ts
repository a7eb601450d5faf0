import pg from 'pg';

/** Speaks to Postgres as an operator would, on connections of its own that survive its restarts. */
export class Database {
  readonly #pool: pg.Pool;

  constructor(url: string) {
    this.#pool = new pg.Pool({ connectionString: url, max: 8, application_name: 'chaos', connectionTimeoutMillis: 5000 });
    this.#pool.on('error', () => undefined);
  }

  async query<T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
    return (await this.#pool.query<T>(text, values)).rows;
  }

  /** @throws what the body threw, or that it is not known whether it was committed */
  async transaction<T>(body: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    // A connection may break between two statements, when nobody waits for it.
    let broken: Error | undefined;
    const note = (error: Error): void => void (broken = error);
    client.on('error', note);
    try {
      await client.query('BEGIN');
      const result = await body(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      broken ??= error as Error;
      throw error;
    } finally {
      client.off('error', note);
      client.release(broken);
    }
  }

  /** A backend that dies takes the whole server down with it. @returns once every connection is cut; the server is recovering then */
  async crash(): Promise<void> {
    const client = await this.#pool.connect();
    try {
      const cut = new Promise<void>((resolve) => client.once('end', resolve));
      client.on('error', () => undefined);
      const { rows } = await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL LIMIT 1');
      if (rows[0] === undefined) throw new Error('Nobody else is connected');
      process.kill(rows[0].pid, 'SIGKILL');
      await cut;
    } finally {
      client.release(true);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
