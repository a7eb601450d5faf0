import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who may say for which end user of an organization a call is made. */
export class EndUserIssuers1700000000012 implements MigrationInterface {
  name = 'EndUserIssuers1700000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE end_user_issuers (
      id         uuid           NOT NULL,
      org        text           NOT NULL,
      name       text           NOT NULL,
      issuer     text           NOT NULL,
      jwks_uri   text           NOT NULL,
      audience   text           NOT NULL,
      created_by text           NOT NULL,
      created_at timestamptz(3) NOT NULL,
      revoked_at timestamptz(3),
      CONSTRAINT end_user_issuers_pkey PRIMARY KEY (id)
    )`);
    await runner.query('CREATE INDEX end_user_issuers_by_org ON end_user_issuers (org, created_at, id)');
    await runner.query('CREATE UNIQUE INDEX end_user_issuers_live ON end_user_issuers (org, issuer) WHERE revoked_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE end_user_issuers');
  }
}
