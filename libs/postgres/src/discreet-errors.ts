import { type DataSource, QueryFailedError } from 'typeorm';

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
 * has, and these come from every place that stores a secret.
 */
export function keepDataOutOfErrors(dataSource: DataSource): DataSource {
  const { driver } = dataSource;
  const create = driver.createQueryRunner.bind(driver);
  driver.createQueryRunner = (mode) => {
    const runner = create(mode);
    const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<never>;
    runner.query = async (...args: unknown[]): Promise<never> => {
      try {
        return await query(...args);
      } catch (error) {
        throw withoutData(error);
      }
    };
    return runner;
  };
  return dataSource;
}
