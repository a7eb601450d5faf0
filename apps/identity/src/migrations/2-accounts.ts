import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE users (
    id             uuid        NOT NULL,
    email          text        NOT NULL,
    name           text        NOT NULL,
    password_hash  text        NOT NULL,
    email_verified boolean     NOT NULL DEFAULT false,
    disabled_at    timestamptz,
    epoch          integer,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_email_lower CHECK (email = lower(email))
  )`,
  `CREATE TABLE organizations (
    slug        text           NOT NULL,
    name        text           NOT NULL,
    disabled_at timestamptz,
    epoch       integer,
    created_at  timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT organizations_pkey PRIMARY KEY (slug)
  )`,
  `CREATE TABLE projects (
    org        text           NOT NULL,
    slug       text           NOT NULL,
    name       text           NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT projects_pkey PRIMARY KEY (org, slug),
    CONSTRAINT projects_org_fkey FOREIGN KEY (org) REFERENCES organizations (slug)
  )`,
  `CREATE TABLE members (
    user_id    uuid           NOT NULL,
    org        text           NOT NULL,
    role       text           NOT NULL CONSTRAINT members_role CHECK (role IN ('owner', 'admin', 'member')),
    epoch      integer,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    removed_at timestamptz,
    CONSTRAINT members_pkey PRIMARY KEY (user_id, org),
    CONSTRAINT members_user_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT members_org_fkey FOREIGN KEY (org) REFERENCES organizations (slug)
  )`,
  'CREATE INDEX members_by_org ON members (org, created_at)',
  `CREATE TABLE project_members (
    user_id uuid NOT NULL,
    org     text NOT NULL,
    project text NOT NULL,
    role    text NOT NULL CONSTRAINT project_members_role CHECK (role IN ('viewer', 'contributor', 'admin')),
    CONSTRAINT project_members_pkey PRIMARY KEY (user_id, org, project),
    CONSTRAINT project_members_member_fkey FOREIGN KEY (user_id, org) REFERENCES members (user_id, org),
    CONSTRAINT project_members_project_fkey FOREIGN KEY (org, project) REFERENCES projects (org, slug)
  )`,
  `CREATE TABLE servers (
    id         uuid           NOT NULL,
    slug       text           NOT NULL,
    org        text           NOT NULL,
    project    text           NOT NULL,
    folder     text,
    name       text           NOT NULL,
    url        text           NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT servers_pkey PRIMARY KEY (id),
    CONSTRAINT servers_slug_key UNIQUE (slug),
    CONSTRAINT servers_project_fkey FOREIGN KEY (org, project) REFERENCES projects (org, slug)
  )`,
  'CREATE INDEX servers_by_org ON servers (org, created_at)',
  `CREATE TABLE console_sessions (
    id_hash    bytea       NOT NULL,
    user_id    uuid        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT console_sessions_pkey PRIMARY KEY (id_hash),
    CONSTRAINT console_sessions_user_fkey FOREIGN KEY (user_id) REFERENCES users (id)
  )`,
  'CREATE INDEX console_sessions_by_expiry ON console_sessions (expires_at)',
];

const tables = ['console_sessions', 'servers', 'project_members', 'members', 'projects', 'organizations', 'users'];

/** Users, organizations, projects, memberships, servers, console sessions. */
export class Accounts1700000000002 implements MigrationInterface {
  name = 'Accounts1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`DROP TABLE ${table}`);
  }
}
