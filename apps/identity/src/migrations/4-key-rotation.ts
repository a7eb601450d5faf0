import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a signing key stopped signing: from then on the last token that it made is waited for. */
export class KeyRotation1700000000004 implements MigrationInterface {
  name = 'KeyRotation1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE secret_keys ADD COLUMN signed_until timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE secret_keys DROP COLUMN signed_until');
  }
}
