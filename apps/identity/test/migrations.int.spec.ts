import { connectPostgres } from '@latchkey/postgres';
import { freshDatabase, type TestDatabase } from '@latchkey/testing';
import type { DataSource } from 'typeorm';
import { migrations } from '../src/migrations/index.ts';
import { entities } from '../src/storage.ts';

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

  it('can be taken back and run again', async () => {
    const before = await tables();
    expect(before).toEqual(expect.arrayContaining(['members', 'organizations', 'outbox', 'servers', 'users']));
    for (let index = 0; index < migrations.length; index++) await dataSource.undoLastMigration();
    expect(await tables()).toEqual(['migrations']);
    await dataSource.runMigrations();
    expect(await tables()).toEqual(before);
    expect(await wanted()).toEqual([]);
  });
});
