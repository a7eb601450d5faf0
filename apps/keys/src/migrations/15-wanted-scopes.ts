import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  "ALTER TABLE connection_credentials ADD COLUMN scopes text[] NOT NULL DEFAULT '{}', ADD COLUMN wanted text[] NOT NULL DEFAULT '{}'",
  `CREATE TABLE upstream_revocations (
    id             uuid           NOT NULL,
    org            text           NOT NULL,
    connection_id  uuid           NOT NULL,
    name           text           NOT NULL,
    issuer         text           NOT NULL,
    client_id      text           NOT NULL,
    sealed         bytea          NOT NULL,
    sealed_client  bytea,
    attempts       integer        NOT NULL DEFAULT 0,
    claim          uuid,
    due_at         timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT upstream_revocations_pkey PRIMARY KEY (id)
  )`,
  'CREATE INDEX upstream_revocations_by_due ON upstream_revocations (due_at)',
];

/** What authorization servers gave for, what servers demanded beyond that, and what is still to be given back to them. */
export class WantedScopes1700000000015 implements MigrationInterface {
  name = 'WantedScopes1700000000015';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE upstream_revocations');
    await runner.query('ALTER TABLE connection_credentials DROP COLUMN wanted, DROP COLUMN scopes');
  }
}
