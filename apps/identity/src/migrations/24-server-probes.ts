import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What gateways found when they looked at servers, and what the tools there say of themselves. */
export class ServerProbes1700000000024 implements MigrationInterface {
  name = 'ServerProbes1700000000024';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE servers ADD COLUMN tools jsonb NOT NULL DEFAULT '{}', ADD COLUMN probe jsonb, ADD COLUMN probed_at timestamptz");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE servers DROP COLUMN probed_at, DROP COLUMN probe, DROP COLUMN tools');
  }
}
