import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  'ALTER TABLE projects ADD COLUMN deleted_at timestamptz',
  `CREATE TABLE folders (
    org        text           NOT NULL,
    project    text           NOT NULL,
    slug       text           NOT NULL,
    name       text           NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT folders_pkey PRIMARY KEY (org, project, slug),
    CONSTRAINT folders_project_fkey FOREIGN KEY (org, project) REFERENCES projects (org, slug)
  )`,
  // Servers named folders before there were any.
  `INSERT INTO folders (org, project, slug, name)
   SELECT DISTINCT org, project, folder, folder FROM servers WHERE folder IS NOT NULL`,
];

/** Projects that can be deleted, and folders of their own standing. */
export class ProjectsAndFolders1700000000009 implements MigrationInterface {
  name = 'ProjectsAndFolders1700000000009';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE folders');
    await runner.query('ALTER TABLE projects DROP COLUMN deleted_at');
  }
}
