import { createOutboxTable, dropOutboxTable } from '@latchkey/feed-writer';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE artifacts (
    kind        text        NOT NULL,
    id_hash     bytea       NOT NULL,
    payload     jsonb       NOT NULL,
    grant_id    text,
    uid         text,
    user_code   text,
    expires_at  timestamptz,
    consumed_at timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT artifacts_pkey PRIMARY KEY (kind, id_hash)
  )`,
  'CREATE INDEX artifacts_by_grant ON artifacts (grant_id, kind) WHERE grant_id IS NOT NULL',
  'CREATE UNIQUE INDEX artifacts_by_uid ON artifacts (kind, uid) WHERE uid IS NOT NULL',
  'CREATE INDEX artifacts_by_user_code ON artifacts (user_code) WHERE user_code IS NOT NULL',
  'CREATE INDEX artifacts_by_expiry ON artifacts (expires_at) WHERE expires_at IS NOT NULL',
  `CREATE TABLE clients (
    id          text        NOT NULL,
    origin      text        NOT NULL CONSTRAINT clients_origin CHECK (origin IN ('dynamic', 'registered')),
    metadata    jsonb       NOT NULL,
    secret_hash bytea,
    org         text,
    privileged  boolean     NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL DEFAULT now(),
    used_at     timestamptz,
    deleted_at  timestamptz,
    CONSTRAINT clients_pkey PRIMARY KEY (id)
  )`,
  `CREATE TABLE authorizations (
    grant_id   text        NOT NULL,
    user_id    uuid        NOT NULL,
    client_id  text        NOT NULL,
    org        text,
    resource   text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT authorizations_pkey PRIMARY KEY (grant_id)
  )`,
  'CREATE INDEX authorizations_by_user ON authorizations (user_id, created_at)',
  'CREATE INDEX authorizations_by_client ON authorizations (client_id)',
  `CREATE TABLE revoked_tokens (
    jti        text        NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT revoked_tokens_pkey PRIMARY KEY (jti)
  )`,
  'CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at)',
  `CREATE TABLE ended_sessions (
    uid        text        NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ended_sessions_pkey PRIMARY KEY (uid)
  )`,
  'CREATE INDEX ended_sessions_by_expiry ON ended_sessions (expires_at)',
  `CREATE TABLE refresh_replays (
    id_hash    bytea       NOT NULL,
    request    bytea       NOT NULL,
    sealed     bytea       NOT NULL,
    replays    integer     NOT NULL DEFAULT 0,
    issued_at  timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT refresh_replays_pkey PRIMARY KEY (id_hash)
  )`,
  'CREATE INDEX refresh_replays_by_expiry ON refresh_replays (expires_at)',
  `CREATE TABLE secret_keys (
    id         text        NOT NULL,
    purpose    text        NOT NULL,
    public_jwk jsonb,
    sealed     bytea       NOT NULL,
    position   integer     NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    CONSTRAINT secret_keys_pkey PRIMARY KEY (id)
  )`,
];

const tables = ['secret_keys', 'refresh_replays', 'ended_sessions', 'revoked_tokens', 'authorizations', 'clients', 'artifacts'];

/** The OAuth engine's tables: artifacts, clients, authorizations, keys; and the outbox of this service. */
export class Provider1700000000001 implements MigrationInterface {
  name = 'Provider1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTable(runner);
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`DROP TABLE ${table}`);
    await dropOutboxTable(runner);
  }
}
