import childProcess from 'node:child_process';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startPostgres, type TestPostgres } from './postgres.ts';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

// Jest gives each spec file its own copy of every module, of `globalThis` and of `process`, but Node's own modules are the process's:
// that is where the one server of a Jest process can be remembered from one spec file to the next.
const key = Symbol.for('latchkey.test-postgres');
const perProcess = childProcess as unknown as Record<symbol, Promise<TestPostgres> | undefined>;

function sharedServer(): Promise<TestPostgres> {
  return (perProcess[key] ??= startPostgres());
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A new empty database on the server of this Jest process, which starts with the first and ends with the process. */
export async function freshDatabase(): Promise<TestDatabase> {
  const server = await sharedServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await run(server.url, `CREATE DATABASE ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}
