import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often something came to a subscription that its sender did not sign. */
export class RefusedHooks1700000000014 implements MigrationInterface {
  name = 'RefusedHooks1700000000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE webhook_subscriptions ADD COLUMN refused integer NOT NULL DEFAULT 0, ADD COLUMN refused_at timestamptz(3)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE webhook_subscriptions DROP COLUMN refused_at, DROP COLUMN refused');
  }
}
