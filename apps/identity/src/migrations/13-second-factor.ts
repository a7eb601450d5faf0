import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE second_factors (
    user_id    uuid        NOT NULL,
    sealed     bytea       NOT NULL,
    last_step  bigint      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT second_factors_pkey PRIMARY KEY (user_id),
    CONSTRAINT second_factors_user_fkey FOREIGN KEY (user_id) REFERENCES users (id)
  )`,
  `CREATE TABLE recovery_codes (
    user_id   uuid  NOT NULL,
    code_hash bytea NOT NULL,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash),
    CONSTRAINT recovery_codes_factor_fkey FOREIGN KEY (user_id) REFERENCES second_factors (user_id) ON DELETE CASCADE
  )`,
  'ALTER TABLE pending_sign_ins ADD COLUMN org text',
];

/** Authenticator apps, and the codes for when one is lost. */
export class SecondFactor1700000000013 implements MigrationInterface {
  name = 'SecondFactor1700000000013';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE pending_sign_ins DROP COLUMN org');
    for (const table of ['recovery_codes', 'second_factors']) await runner.query(`DROP TABLE ${table}`);
  }
}
