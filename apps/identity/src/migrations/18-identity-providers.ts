import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE identity_providers (
    id             uuid           NOT NULL,
    org            text           NOT NULL,
    label          text           NOT NULL,
    issuer         text           NOT NULL,
    client_id      text           NOT NULL,
    sealed_secret  bytea,
    scopes         text           NOT NULL,
    mfa_acr_values text[]         NOT NULL,
    enabled        boolean        NOT NULL,
    revision       integer        NOT NULL,
    created_at     timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT identity_providers_pkey PRIMARY KEY (id),
    CONSTRAINT identity_providers_org_fkey FOREIGN KEY (org) REFERENCES organizations (slug)
  )`,
  'CREATE INDEX identity_providers_by_org ON identity_providers (org, created_at)',
];

/** Providers at which the members of one organization sign in. */
export class IdentityProviders1700000000018 implements MigrationInterface {
  name = 'IdentityProviders1700000000018';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE identity_providers');
  }
}
