import type { MigrationInterface, QueryRunner } from 'typeorm';

const issuers = `CREATE TABLE trusted_issuers (
    id            uuid           NOT NULL,
    org           text           NOT NULL,
    issuer        text           NOT NULL,
    jwks_uri      text           NOT NULL,
    clients       text[]         NOT NULL,
    link_by_email boolean        NOT NULL,
    added_by      uuid           NOT NULL,
    created_at    timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT trusted_issuers_pkey PRIMARY KEY (id),
    CONSTRAINT trusted_issuers_once UNIQUE (org, issuer),
    CONSTRAINT trusted_issuers_org_fkey FOREIGN KEY (org) REFERENCES organizations (slug)
  )`;

const subjects = `CREATE TABLE linked_subjects (
    id         uuid           NOT NULL,
    issuer_id  uuid           NOT NULL,
    subject    text           NOT NULL,
    user_id    uuid           NOT NULL,
    linked_by  text           NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT linked_subjects_pkey PRIMARY KEY (id),
    CONSTRAINT linked_subjects_by CHECK (linked_by IN ('owner', 'email')),
    CONSTRAINT linked_subjects_once UNIQUE (issuer_id, subject),
    CONSTRAINT linked_subjects_issuer_fkey FOREIGN KEY (issuer_id) REFERENCES trusted_issuers (id) ON DELETE CASCADE,
    CONSTRAINT linked_subjects_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  )`;

const used = `CREATE TABLE used_assertions (
    issuer_id  uuid        NOT NULL,
    jti_hash   bytea       NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT used_assertions_pkey PRIMARY KEY (issuer_id, jti_hash)
  )`;

/** Identity providers that an organization lets vouch for its members, and what came of their assertions. */
export class TrustedIssuers1700000000019 implements MigrationInterface {
  name = 'TrustedIssuers1700000000019';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(issuers);
    await runner.query(subjects);
    await runner.query(used);
    await runner.query('CREATE INDEX used_assertions_by_expiry ON used_assertions (expires_at)');
    await runner.query('ALTER TABLE authorizations ADD COLUMN issuer_id uuid');
    await runner.query('CREATE INDEX authorizations_by_issuer ON authorizations (issuer_id) WHERE issuer_id IS NOT NULL');
    await runner.query('ALTER TABLE authorizations DROP CONSTRAINT authorizations_origin');
    await runner.query("ALTER TABLE authorizations ADD CONSTRAINT authorizations_origin CHECK (origin IN ('consent', 'remembered', 'device', 'assertion'))");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DELETE FROM authorizations WHERE origin = 'assertion'");
    await runner.query('ALTER TABLE authorizations DROP CONSTRAINT authorizations_origin');
    await runner.query("ALTER TABLE authorizations ADD CONSTRAINT authorizations_origin CHECK (origin IN ('consent', 'remembered', 'device'))");
    await runner.query('ALTER TABLE authorizations DROP COLUMN issuer_id');
    await runner.query('DROP TABLE used_assertions');
    await runner.query('DROP TABLE linked_subjects');
    await runner.query('DROP TABLE trusted_issuers');
  }
}
