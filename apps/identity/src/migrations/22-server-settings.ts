import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  "ALTER TABLE servers ADD COLUMN settings jsonb NOT NULL DEFAULT '{}'",
  'ALTER TABLE servers ADD COLUMN revision integer NOT NULL DEFAULT 1',
  `CREATE TABLE server_revisions (
    server     uuid           NOT NULL,
    revision   integer        NOT NULL,
    record     jsonb          NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT server_revisions_pkey PRIMARY KEY (server, revision),
    CONSTRAINT server_revisions_server_fkey FOREIGN KEY (server) REFERENCES servers (id)
  )`,
];

/** Settings of servers, and what they were at every decision that was made by them. */
export class ServerSettings1700000000022 implements MigrationInterface {
  name = 'ServerSettings1700000000022';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE server_revisions');
    await runner.query('ALTER TABLE servers DROP COLUMN revision');
    await runner.query('ALTER TABLE servers DROP COLUMN settings');
  }
}
