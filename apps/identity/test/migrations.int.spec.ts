import { connectPostgres } from '@latchkey/postgres';
import { breaksOf, catalogueOf, freshDatabase, verifies, type TestDatabase } from '@latchkey/testing';
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
