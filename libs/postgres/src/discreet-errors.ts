import { type DataSource, QueryFailedError } from 'typeorm';
import { beginStatement, nameOfSql } from './statements/statement-span.ts';

/** What a failed query carries of the data it was about: `detail` can hold a whole row, hashes and addresses included. */
const telling = ['parameters', 'detail', 'where', 'internalQuery'] as const;

function withoutData(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  for (const holder of [error, error.driverError] as Partial<Record<(typeof telling)[number], unknown>>[]) {
    for (const name of telling) delete holder[name];
  }
  return error;
}

/**
 * Makes the errors of a data source fit for a log: statement, code and constraint stay, the values go. Loggers write whatever an error
 * has, and these come from every place that stores a secret. A trace that is recorded has a span of each query, by verb and table.
 */
export function keepDataOutOfErrors(dataSource: DataSource): DataSource {
  const { driver } = dataSource;
  const create = driver.createQueryRunner.bind(driver);
  driver.createQueryRunner = (mode) => {
    const runner = create(mode);
    const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<never>;
    runner.query = async (...args: unknown[]): Promise<never> => {
      const span = beginStatement(nameOfSql(args[0]));
      let failed = true;
      try {
        const rows = await query(...args);
        failed = false;
        return rows;
      } catch (error) {
        throw withoutData(error);
      } finally {
        span?.end(failed);
      }
    };
    return runner;
  };
  return dataSource;
}
