import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  // Who signs in at another provider may have no password here.
  'ALTER TABLE users ALTER COLUMN password_hash DROP NOT NULL',
  "ALTER TABLE console_sessions ADD COLUMN amr text[] NOT NULL DEFAULT '{}', ADD COLUMN signed_in_at timestamptz NOT NULL DEFAULT now()",
  "ALTER TABLE authorizations ADD COLUMN amr text[] NOT NULL DEFAULT '{}', ADD COLUMN signed_in_at timestamptz NOT NULL DEFAULT now()",
  'UPDATE authorizations SET signed_in_at = created_at',
  'UPDATE console_sessions SET signed_in_at = created_at',
  `CREATE TABLE identities (
    issuer       text           NOT NULL,
    subject      text           NOT NULL,
    id           uuid           NOT NULL,
    user_id      uuid           NOT NULL,
    email        text,
    provider     text           NOT NULL,
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    CONSTRAINT identities_pkey PRIMARY KEY (issuer, subject),
    CONSTRAINT identities_user_fkey FOREIGN KEY (user_id) REFERENCES users (id)
  )`,
  'CREATE INDEX identities_by_user ON identities (user_id, created_at)',
  `CREATE TABLE federation_states (
    state_hash   bytea       NOT NULL,
    browser_hash bytea       NOT NULL,
    provider     text        NOT NULL,
    destination  text        NOT NULL,
    sealed       bytea       NOT NULL,
    expires_at   timestamptz NOT NULL,
    CONSTRAINT federation_states_pkey PRIMARY KEY (state_hash)
  )`,
  'CREATE INDEX federation_states_by_expiry ON federation_states (expires_at)',
  `CREATE TABLE pending_sign_ins (
    id_hash      bytea       NOT NULL,
    destination  text        NOT NULL,
    stage        text        NOT NULL,
    user_id      uuid,
    amr          text[]      NOT NULL,
    signed_in_at timestamptz NOT NULL,
    identity     jsonb,
    expires_at   timestamptz NOT NULL,
    CONSTRAINT pending_sign_ins_pkey PRIMARY KEY (id_hash),
    CONSTRAINT pending_sign_ins_user_fkey FOREIGN KEY (user_id) REFERENCES users (id)
  )`,
  'CREATE INDEX pending_sign_ins_by_expiry ON pending_sign_ins (expires_at)',
];

/** Sign-in at other providers, and how each session and authorization came about. */
export class Federation1700000000008 implements MigrationInterface {
  name = 'Federation1700000000008';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  /** Accounts without a password get one that nothing matches. */
  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['pending_sign_ins', 'federation_states', 'identities']) await runner.query(`DROP TABLE ${table}`);
    for (const table of ['authorizations', 'console_sessions']) await runner.query(`ALTER TABLE ${table} DROP COLUMN amr, DROP COLUMN signed_in_at`);
    await runner.query("UPDATE users SET password_hash = '' WHERE password_hash IS NULL");
    await runner.query('ALTER TABLE users ALTER COLUMN password_hash SET NOT NULL');
  }
}
