import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the sign-ins of one person among everything that the engine keeps. */
export class SessionsByAccount1700000000017 implements MigrationInterface {
  name = 'SessionsByAccount1700000000017';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("CREATE INDEX artifacts_sessions_by_account ON artifacts ((payload->>'accountId')) WHERE kind = 'Session'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX artifacts_sessions_by_account');
  }
}
