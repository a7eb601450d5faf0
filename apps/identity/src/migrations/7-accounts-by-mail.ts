import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  'ALTER TABLE mails ADD COLUMN expires_at timestamptz',
  'ALTER TABLE users ADD COLUMN deleted_at timestamptz',
  `ALTER TABLE console_sessions
    ADD COLUMN user_agent   text,
    ADD COLUMN address      text,
    ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now()`,
  'CREATE INDEX console_sessions_by_user ON console_sessions (user_id)',
  `CREATE TABLE account_links (
    token_hash bytea       NOT NULL,
    purpose    text        NOT NULL CONSTRAINT account_links_purpose CHECK (purpose IN ('sign_up', 'password_reset', 'email_change', 'email_undo')),
    user_id    uuid,
    sealed     bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT account_links_pkey PRIMARY KEY (token_hash),
    CONSTRAINT account_links_user_fkey FOREIGN KEY (user_id) REFERENCES users (id)
  )`,
  'CREATE INDEX account_links_by_user ON account_links (user_id) WHERE user_id IS NOT NULL',
  'CREATE INDEX account_links_by_expiry ON account_links (expires_at)',
  `CREATE TABLE account_requests (
    id         uuid        NOT NULL,
    sealed     bytea       NOT NULL,
    attempts   integer     NOT NULL DEFAULT 0,
    due_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT account_requests_pkey PRIMARY KEY (id)
  )`,
  'CREATE INDEX account_requests_by_due ON account_requests (due_at)',
];

const down = [
  'DROP TABLE account_requests',
  'DROP TABLE account_links',
  'DROP INDEX console_sessions_by_user',
  'ALTER TABLE console_sessions DROP COLUMN last_seen_at, DROP COLUMN address, DROP COLUMN user_agent',
  'ALTER TABLE users DROP COLUMN deleted_at',
  'ALTER TABLE mails DROP COLUMN expires_at',
];

/** Accounts that people make and keep themselves: mailed links, what was asked for, sessions that can be listed. */
export class AccountsByMail1700000000007 implements MigrationInterface {
  name = 'AccountsByMail1700000000007';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
