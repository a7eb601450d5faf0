import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  'ALTER TABLE personal_access_tokens ADD COLUMN noticed_days smallint',
  'CREATE INDEX personal_access_tokens_by_end ON personal_access_tokens (expires_at) WHERE revoked_at IS NULL',
  `CREATE TABLE key_usage (
    pat_id text   NOT NULL,
    day    date   NOT NULL,
    server text   NOT NULL,
    tool   text   NOT NULL,
    org    text   NOT NULL,
    owner  text   NOT NULL,
    calls  bigint NOT NULL,
    CONSTRAINT key_usage_pkey PRIMARY KEY (pat_id, day, server, tool)
  )`,
  'CREATE INDEX key_usage_by_org ON key_usage (org, day)',
  `CREATE TABLE usage_reports (
    id          uuid           NOT NULL,
    received_at timestamptz(3) NOT NULL,
    CONSTRAINT usage_reports_pkey PRIMARY KEY (id)
  )`,
  'CREATE INDEX usage_reports_by_age ON usage_reports (received_at)',
];

/** How keys are used, and which notices of their end were given. */
export class KeyUsage1700000000010 implements MigrationInterface {
  name = 'KeyUsage1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usage_reports');
    await runner.query('DROP TABLE key_usage');
    await runner.query('DROP INDEX personal_access_tokens_by_end');
    await runner.query('ALTER TABLE personal_access_tokens DROP COLUMN noticed_days');
  }
}
