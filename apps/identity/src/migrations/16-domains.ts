import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE domains (
    org           text           NOT NULL,
    domain        text           NOT NULL,
    challenge     text           NOT NULL,
    auto_join     boolean        NOT NULL DEFAULT false,
    created_at    timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    verified_at   timestamptz,
    checked_at    timestamptz,
    last_outcome  text CONSTRAINT domains_last_outcome CHECK (last_outcome IN ('found', 'missing', 'other_value', 'unreachable')),
    failing_since timestamptz,
    CONSTRAINT domains_pkey PRIMARY KEY (org, domain),
    CONSTRAINT domains_org_fkey FOREIGN KEY (org) REFERENCES organizations (slug)
  )`,
  // One organization at most has proven a domain.
  'CREATE UNIQUE INDEX domains_verified ON domains (domain) WHERE verified_at IS NOT NULL',
  'CREATE INDEX domains_by_check ON domains (checked_at) WHERE verified_at IS NOT NULL',
];

/** Domains that organizations say are their own. */
export class Domains1700000000016 implements MigrationInterface {
  name = 'Domains1700000000016';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE domains');
  }
}
