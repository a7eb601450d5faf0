import { createOutboxTable, dropOutboxTable } from '@latchkey/feed-writer';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE personal_access_tokens (
    id           text           NOT NULL,
    hash         bytea          NOT NULL,
    prefix       text           NOT NULL,
    name         text           NOT NULL,
    org          text           NOT NULL,
    owner        text           NOT NULL,
    scopes       text[]         NOT NULL,
    projects     text[],
    grants       jsonb,
    tools        text[],
    created_at   timestamptz(3) NOT NULL,
    expires_at   timestamptz(3),
    last_used_at timestamptz(3),
    revoked_at   timestamptz(3),
    CONSTRAINT personal_access_tokens_pkey PRIMARY KEY (id),
    CONSTRAINT personal_access_tokens_hash_key UNIQUE (hash),
    CONSTRAINT personal_access_tokens_hash_sha256 CHECK (octet_length(hash) = 32)
  )`,
  'CREATE INDEX personal_access_tokens_by_org ON personal_access_tokens (org, created_at, id)',
  'CREATE INDEX personal_access_tokens_by_owner ON personal_access_tokens (org, owner, created_at, id)',
];

/** Keys, and the outbox that tells of them. */
export class PersonalAccessTokens1700000000001 implements MigrationInterface {
  name = 'PersonalAccessTokens1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTable(runner);
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE personal_access_tokens');
    await dropOutboxTable(runner);
  }
}
