import type { DataSource } from 'typeorm';

/** Notes every statement that a data source sends from now on. */
export function countQueries(dataSource: DataSource): string[] {
  const statements: string[] = [];
  const { driver } = dataSource;
  const create = driver.createQueryRunner.bind(driver);
  driver.createQueryRunner = (mode) => {
    const runner = create(mode);
    const query = runner.query.bind(runner) as (statement: string, ...more: unknown[]) => Promise<never>;
    runner.query = (statement: string, ...more: unknown[]): Promise<never> => {
      statements.push(statement);
      return query(statement, ...more);
    };
    return runner;
  };
  return statements;
}
