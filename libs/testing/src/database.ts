import childProcess from 'node:child_process';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startPostgres, type TestPostgres } from './postgres.ts';

/** The tables of a service, made once for all databases of a Jest process that want them. */
export interface TestSchema {
  name: string;
  /** Leaves no connection open: a database that somebody uses cannot be copied. */
  migrate(url: string): Promise<unknown>;
}

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

// Jest gives each spec file its own copy of every module, of `globalThis` and of `process`, but Node's own modules are the process's:
// that is where the one server of a Jest process, and what is on it, can be remembered from one spec file to the next.
const perProcess = childProcess as unknown as Record<symbol, Promise<unknown> | undefined>;

function oncePerProcess<T>(name: string, make: () => Promise<T>): Promise<T> {
  return (perProcess[Symbol.for(`latchkey.${name}`)] ??= make()) as Promise<T>;
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

function databaseOf(server: TestPostgres, name: string): string {
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return url.href;
}

async function makeTemplate(server: TestPostgres, schema: TestSchema): Promise<string> {
  const name = `template_${schema.name}`;
  await run(server.url, `CREATE DATABASE ${name}`);
  await schema.migrate(databaseOf(server, name));
  return name;
}

/**
 * A new database on the server of this Jest process, which starts with the first and ends with the process.
 * @param schema what is in it: a copy is made in a fraction of the time that all migrations take. Nothing without
 */
export async function freshDatabase(schema?: TestSchema): Promise<TestDatabase> {
  const server = await oncePerProcess('test-postgres', () => startPostgres());
  const template = schema === undefined ? 'template1' : await oncePerProcess(`test-schema.${schema.name}`, () => makeTemplate(server, schema));
  const name = `test_${randomBytes(6).toString('hex')}`;
  await run(server.url, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return { url: databaseOf(server, name), drop: () => run(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}
