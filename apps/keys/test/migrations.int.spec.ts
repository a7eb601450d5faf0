import { connectPostgres } from '@latchkey/postgres';
import { breaksOf, catalogueOf, freshDatabase, readStatements, unserved } from '@latchkey/testing';
import { migrations } from '../src/migrations/index.ts';
import { entities } from '../src/storage.ts';

/** Each takes away, or demands, what no release that may still run relies on. Whoever adds one says since which release nobody does. */
const contractions: Record<string, string[]> = {
  // Whoever knows no subscriptions names an endpoint, and so meets it.
  WebhookSubscriptions1700000000009: ['webhook_secrets webhook_secrets_one_holder is demanded anew'],
};

describe('migrations of the key service', () => {
  it('make what the entities describe, serve what the release before asks, only grow, can be taken back, and made again', async () => {
    const database = await freshDatabase();
    const options = { url: database.url, schema: 'keys', entities, migrations };
    const dataSource = await connectPostgres(options);
    try {
      const drift = await dataSource.driver.createSchemaBuilder().log();
      expect(drift.upQueries.map(({ query }) => query)).toEqual([]);
      const asked = readStatements(new URL('./release-statements.jsonl', import.meta.url));
      expect(asked.length).toBeGreaterThan(100);
      expect(await unserved((text, values) => dataSource.query<object[]>(text, values), asked)).toEqual([]);
      const breaks: Record<string, string[]> = {};
      const catalogue = () => catalogueOf((text, values) => dataSource.query<object[]>(text, values), 'keys');
      let after = await catalogue();
      for (const { name } of [...migrations].reverse()) {
        await dataSource.undoLastMigration();
        const without = await catalogue();
        const found = breaksOf(without, after);
        if (found.length > 0) breaks[name] = found;
        after = without;
      }
      expect(breaks).toEqual(contractions);
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
