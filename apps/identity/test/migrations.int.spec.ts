import { connectPostgres } from '@latchkey/postgres';
import { breaksOf, catalogueOf, freshDatabase, readStatements, unserved, verifies, type TestDatabase } from '@latchkey/testing';
import type { DataSource } from 'typeorm';
import { migrations } from '../src/migrations/index.ts';
import { entities } from '../src/storage.ts';

/** Each takes away, or demands, what no release that may still run relies on. Whoever adds one says since which release nobody does. */
const contractions: Record<string, string[]> = {
  // The same check with one more way in: what met the old one meets it.
  TrustedIssuers1700000000019: ['authorizations authorizations_origin is demanded anew'],
  // Before the first release.
  ClientBounds1700000000006: [
    'clients clients_machine is demanded anew', 'clients clients_org_fkey is demanded anew',
    'clients.created_at was timestamp with time zone and is timestamp(3) with time zone',
  ],
};

describe('migrations', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await connectPostgres({ url: database.url, schema: 'identity', entities, migrations });
  }, 60_000);

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const wanted = async (): Promise<string[]> => (await dataSource.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);
  const tables = async (): Promise<string[]> =>
    (await dataSource.query<{ name: string }[]>("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'identity' ORDER BY 1")).map(({ name }) => name);

  it('leave nothing that the entities would still ask for', async () => {
    expect(await wanted()).toEqual([]);
  });

  describe('and the release before', () => {
    const statements = readStatements(new URL('./release-statements.jsonl', import.meta.url));
    const query = (text: string, values?: unknown[]) => dataSource.query<object[]>(text, values);

    verifies('O2', 'is served by the schema of today in everything that it asks', async () => {
      expect(statements.length).toBeGreaterThan(200);
      expect(await unserved(query, statements)).toEqual([]);
    }, 60_000);

    it.each([
      ['a column that is gone', 'ALTER TABLE users DROP COLUMN email', /column .*email.* does not exist/],
      ['a column of another name', 'ALTER TABLE organizations RENAME COLUMN slug TO handle', /slug.* does not exist/],
      ['a column that has to be given', "ALTER TABLE organizations ADD COLUMN region text NOT NULL DEFAULT 'eu'; ALTER TABLE organizations ALTER COLUMN region DROP DEFAULT", /organizations\.region must be given: INSERT/],
      ['a type that fits no longer', 'ALTER TABLE mails ALTER COLUMN expires_at TYPE bigint USING 0', /operator does not exist: bigint/],
      ['a conflict that nothing recognizes', 'ALTER TABLE outbox DROP CONSTRAINT outbox_pkey', /no unique or exclusion constraint/],
    ])('would not be by %s', async (_what, change, expected) => {
      const runner = dataSource.createQueryRunner();
      const held = async (text: string, values?: unknown[]): Promise<object[]> => {
        await runner.query('SAVEPOINT one');
        return (runner.query(text, values) as Promise<object[]>).finally(() => runner.query('ROLLBACK TO one'));
      };
      await runner.startTransaction();
      try {
        await runner.query(change);
        expect(await unserved(held, statements)).toContainEqual(expect.stringMatching(expected));
      } finally {
        await runner.rollbackTransaction();
        await runner.release();
      }
    }, 60_000);
  });

  verifies('O2', 'only grow, so that the release before runs on the schema of the next; and can be taken back and run again', async () => {
    const before = await tables();
    expect(before).toEqual(expect.arrayContaining(['members', 'organizations', 'outbox', 'servers', 'users']));
    const breaks: Record<string, string[]> = {};
    const catalogue = () => catalogueOf((text, values) => dataSource.query<object[]>(text, values), 'identity');
    let after = await catalogue();
    for (const { name } of [...migrations].reverse()) {
      await dataSource.undoLastMigration();
      const without = await catalogue();
      const found = breaksOf(without, after);
      if (found.length > 0) breaks[name] = found;
      after = without;
    }
    expect(breaks).toEqual(contractions);
    expect(await tables()).toEqual(['migrations']);
    await dataSource.runMigrations();
    expect(await tables()).toEqual(before);
    expect(await wanted()).toEqual([]);
  });
});
