import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import { keepDataOutOfErrors } from './discreet-errors.ts';
import { underMigrationLock } from './migration-lock.ts';
import { requireMigrated } from './migrations.ts';
import { AnsweringClient } from './statements/answering-client.ts';
import { inTransaction } from './statements/in-transaction.ts';

export interface PostgresOptions {
  url: string;
  /** The one schema of this service; created when it is missing. */
  schema: string;
  entities: DataSourceOptions['entities'];
  migrations: DataSourceOptions['migrations'];
  /** Connections this process holds at most; 10 when left out. */
  poolSize?: number;
  /** False: the role may not change the schema, and is refused one that lacks a migration. True when left out. */
  migrate?: boolean;
}

/**
 * Connections that stay open when nobody uses them. After ten quiet seconds the first revocation would otherwise wait 15 ms for a
 * new one, for the relay reads while the connection that committed is still busy.
 */
const keptConnections = 3;

/** What a query or a transaction of a service may cost at most; a migration may take longer. */
const timeouts = { statement_timeout: '10s', lock_timeout: '5s', idle_in_transaction_session_timeout: '30s' };

type Work<T> = (manager: EntityManager) => Promise<T>;
type Isolation = Parameters<DataSource['transaction']>[0];

/**
 * Whoever asks the mapper for a transaction gets one of ours: in fewer trips, it fails where a statement of it failed, and the relay of this process is
 * told of what was staged without a NOTIFY.
 */
class ServiceDataSource extends DataSource {
  override transaction<T>(work: Work<T>): Promise<T>;
  override transaction<T>(isolation: Isolation, work: Work<T>): Promise<T>;
  override transaction<T>(...given: [Work<T>] | [Isolation, Work<T>]): Promise<T> {
    return given.length === 1 ? inTransaction(this, given[0]) : super.transaction(...given);
  }
}

function dataSource(Kind: typeof DataSource, options: PostgresOptions, settings: Record<string, string>, poolSize: number): DataSource {
  // To compile a query pays off for one that runs for seconds. These run for a millisecond, and the estimate that decides is easily wrong.
  const session = { search_path: options.schema, timezone: 'UTC', jit: 'off', ...settings };
  return new Kind({
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    entities: options.entities,
    migrations: options.migrations,
    migrationsTableName: 'migrations',
    synchronize: false,
    // uuid columns default to gen_random_uuid(), which is built in: no extension is needed, and none is installed.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    applicationName: `latchkey-${options.schema}`,
    connectTimeoutMS: 5000,
    poolSize,
    logging: false,
    extra: {
      options: Object.entries(session).map(([name, value]) => `-c ${name}=${value}`).join(' '),
      keepAlive: true,
      Client: AnsweringClient,
      // Statements are sent before the ones in front of them are answered; a connection carries them in the order in which they were asked.
      pipeline: true,
      min: Math.min(keptConnections, poolSize),
    },
  });
}

/**
 * Brings the schema up to date, as a role that may. Any number of processes may do so at once.
 * @returns names of the migrations that were applied by this call
 */
export async function migratePostgres(options: PostgresOptions): Promise<string[]> {
  return underMigrationLock(options.url, options.schema, async () => {
    const migrating = await dataSource(DataSource, options, {}, 1).initialize();
    try {
      return (await migrating.runMigrations({ transaction: 'each' })).map(({ name }) => name);
    } finally {
      await migrating.destroy();
    }
  });
}

/**
 * Connects a service to its schema, with every migration applied: by this call, or by who ran them before. Any number of replicas may do so at once.
 * Sessions speak UTC and find tables in that schema only; errors of queries carry no values.
 * @throws SchemaBehindError where it may not migrate and something is missing
 */
export async function connectPostgres(options: PostgresOptions): Promise<DataSource> {
  if (options.migrate !== false) await migratePostgres(options);
  const source = await openPostgres(options);
  if (options.migrate !== false) return source;
  try {
    await requireMigrated(source, options);
    return source;
  } catch (error) {
    await source.destroy();
    throw error;
  }
}

/** The same for who only passes by, and leaves the schema to the service whose it is. */
export function openPostgres(options: PostgresOptions): Promise<DataSource> {
  return keepDataOutOfErrors(dataSource(ServiceDataSource, options, timeouts, options.poolSize ?? 10)).initialize();
}
