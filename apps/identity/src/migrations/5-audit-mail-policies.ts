import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE audit_events (
    id          uuid           NOT NULL,
    at          timestamptz(3) NOT NULL,
    service     text           NOT NULL,
    org         text,
    action      text           NOT NULL,
    outcome     text           NOT NULL CONSTRAINT audit_events_outcome CHECK (outcome IN ('success', 'refused', 'failed')),
    event       jsonb          NOT NULL,
    received_at timestamptz    NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT audit_events_pkey PRIMARY KEY (id)
  )`,
  'CREATE INDEX audit_events_by_org ON audit_events (org, at)',
  `CREATE TABLE mails (
    id           uuid        NOT NULL,
    sealed       bytea       NOT NULL,
    attempts     integer     NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT mails_pkey PRIMARY KEY (id)
  )`,
  'CREATE INDEX mails_by_due ON mails (due_at)',
  `CREATE TABLE organization_policies (
    org        text        NOT NULL,
    policy     jsonb       NOT NULL,
    revision   integer     NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT organization_policies_pkey PRIMARY KEY (org),
    CONSTRAINT organization_policies_org_fkey FOREIGN KEY (org) REFERENCES organizations (slug)
  )`,
];

/** What happened, what is to be mailed, and what an organization demands. */
export class AuditMailPolicies1700000000005 implements MigrationInterface {
  name = 'AuditMailPolicies1700000000005';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['organization_policies', 'mails', 'audit_events']) await runner.query(`DROP TABLE ${table}`);
  }
}
