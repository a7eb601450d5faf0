import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where a key may be used from, and how often. */
export class KeyLimits1700000000006 implements MigrationInterface {
  name = 'KeyLimits1700000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE personal_access_tokens ADD COLUMN allowed_ips text[], ADD COLUMN rate_limit jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE personal_access_tokens DROP COLUMN allowed_ips, DROP COLUMN rate_limit');
  }
}
