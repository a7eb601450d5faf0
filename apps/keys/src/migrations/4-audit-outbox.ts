import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Acts on their way to the audit log. */
export class AuditOutbox1700000000004 implements MigrationInterface {
  name = 'AuditOutbox1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE audit_outbox (
      id         uuid        NOT NULL,
      event      jsonb       NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      CONSTRAINT audit_outbox_pkey PRIMARY KEY (id)
    )`);
    await runner.query('CREATE INDEX audit_outbox_by_age ON audit_outbox (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_outbox');
  }
}
