import { migratePostgres } from '@latchkey/postgres';
import type { TestSchema } from '@latchkey/testing';
import { migrations } from '../src/migrations/index.ts';
import { entities } from '../src/storage.ts';

/** The tables as the service makes them at its start, which then finds nothing left to do. */
export const migrated: TestSchema = { name: 'keys', migrate: (url) => migratePostgres({ url, schema: 'keys', entities, migrations }) };
