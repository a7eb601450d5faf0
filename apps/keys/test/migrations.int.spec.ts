import { connectPostgres } from '@latchkey/postgres';
import { freshDatabase } from '@latchkey/testing';
import { migrations } from '../src/migrations/index.ts';
import { entities } from '../src/storage.ts';

describe('migrations of the key service', () => {
  it('make what the entities describe, can be taken back, and made again', async () => {
    const database = await freshDatabase();
    const options = { url: database.url, schema: 'keys', entities, migrations };
    const dataSource = await connectPostgres(options);
    try {
      const drift = await dataSource.driver.createSchemaBuilder().log();
      expect(drift.upQueries.map(({ query }) => query)).toEqual([]);
      for (const _ of migrations) await dataSource.undoLastMigration();
      const left = await dataSource.query<{ name: string }[]>("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'keys'");
      expect(left.map(({ name }) => name)).toEqual(['migrations']);
      await dataSource.runMigrations();
      expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  }, 60_000);
});
