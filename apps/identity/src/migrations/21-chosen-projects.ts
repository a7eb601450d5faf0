import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The projects that a program was kept to when it was allowed; null is all of the organization. */
export class ChosenProjects1700000000021 implements MigrationInterface {
  name = 'ChosenProjects1700000000021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authorizations ADD COLUMN projects text[]');
    await runner.query('ALTER TABLE consents ADD COLUMN projects text[]');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE consents DROP COLUMN projects');
    await runner.query('ALTER TABLE authorizations DROP COLUMN projects');
  }
}
