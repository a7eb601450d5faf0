import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE invitations (
    id         uuid           NOT NULL,
    org        text           NOT NULL,
    email      text           NOT NULL,
    role       text           NOT NULL CONSTRAINT invitations_role CHECK (role IN ('owner', 'admin', 'member')),
    projects   jsonb          NOT NULL,
    token_hash bytea          NOT NULL,
    invited_by uuid           NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz    NOT NULL,
    closed_as  text CONSTRAINT invitations_closed_as CHECK (closed_as IN ('accepted', 'declined', 'revoked')),
    closed_at  timestamptz,
    CONSTRAINT invitations_pkey PRIMARY KEY (id),
    CONSTRAINT invitations_token_key UNIQUE (token_hash),
    CONSTRAINT invitations_org_fkey FOREIGN KEY (org) REFERENCES organizations (slug)
  )`,
  'CREATE UNIQUE INDEX invitations_open ON invitations (org, email) WHERE closed_as IS NULL',
  'CREATE INDEX invitations_by_org ON invitations (org, created_at)',
];

/** Who was asked to join an organization. */
export class Invitations1700000000014 implements MigrationInterface {
  name = 'Invitations1700000000014';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE invitations');
  }
}
