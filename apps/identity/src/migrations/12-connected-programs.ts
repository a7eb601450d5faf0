import type { MigrationInterface, QueryRunner } from 'typeorm';

const columns = ['client_name text', 'redirect text', "scopes text[] NOT NULL DEFAULT '{}'", "origin text NOT NULL DEFAULT 'consent'", 'session_uid text', 'used_at timestamptz', 'address text'];

const consents = `CREATE TABLE consents (
    id         uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    client_id  text        NOT NULL,
    client_name text       NOT NULL,
    redirect   text        NOT NULL,
    resource   text        NOT NULL,
    org        text,
    scopes     text[]      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT consents_pkey PRIMARY KEY (id),
    CONSTRAINT consents_user_fkey FOREIGN KEY (user_id) REFERENCES users (id)
  )`;

/** What people are told of the programs that are connected in their name, and what they allowed for next time. */
export class ConnectedPrograms1700000000012 implements MigrationInterface {
  name = 'ConnectedPrograms1700000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE authorizations ${columns.map((column) => `ADD COLUMN ${column}`).join(', ')}`);
    await runner.query("ALTER TABLE authorizations ADD CONSTRAINT authorizations_origin CHECK (origin IN ('consent', 'remembered', 'device'))");
    await runner.query('CREATE INDEX authorizations_by_org ON authorizations (org, created_at)');
    await runner.query(consents);
    await runner.query('CREATE UNIQUE INDEX consents_by_request ON consents (user_id, client_id, redirect, resource)');
    await runner.query('CREATE INDEX consents_by_expiry ON consents (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE consents');
    await runner.query('DROP INDEX authorizations_by_org');
    await runner.query(`ALTER TABLE authorizations ${columns.map((column) => `DROP COLUMN ${column.split(' ')[0]}`).join(', ')}`);
  }
}
