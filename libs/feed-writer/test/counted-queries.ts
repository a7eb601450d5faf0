import type pg from 'pg';
import type { DataSource } from 'typeorm';

/** Notes every statement that a data source sends from now on. */
export function countQueries(dataSource: DataSource): string[] {
  const statements: string[] = [];
  const counted = new WeakSet<pg.ClientBase>();
  const { driver } = dataSource;
  const create = driver.createQueryRunner.bind(driver);
  driver.createQueryRunner = (mode) => {
    const runner = create(mode);
    const connect = runner.connect.bind(runner) as () => Promise<pg.ClientBase>;
    runner.connect = async () => {
      const client = await connect();
      if (counted.has(client)) return client;
      counted.add(client);
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      client.query = ((...args: [string | { text: string }, ...unknown[]]) => {
        const [statement] = args;
        statements.push(typeof statement === 'string' ? statement : statement.text);
        return query(...args);
      }) as typeof client.query;
      return client;
    };
    return runner;
  };
  return statements;
}
