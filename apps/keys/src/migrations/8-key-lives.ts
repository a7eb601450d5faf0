import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `ALTER TABLE personal_access_tokens
    ADD COLUMN service       boolean NOT NULL DEFAULT false,
    ADD COLUMN revoke_reason text,
    ADD COLUMN replaces      text,
    ADD COLUMN replaced_by   text`,
  `CREATE TABLE key_epochs (
    id         text    NOT NULL,
    org        text    NOT NULL,
    owner      text,
    project    text,
    epoch      integer NOT NULL,
    CONSTRAINT key_epochs_pkey PRIMARY KEY (id)
  )`,
  'CREATE INDEX key_epochs_by_org ON key_epochs (org, epoch)',
  `CREATE TABLE mint_replays (
    id           text           NOT NULL,
    org          text           NOT NULL,
    request_hash text           NOT NULL,
    pat_id       text,
    sealed       bytea,
    expires_at   timestamptz(3) NOT NULL,
    CONSTRAINT mint_replays_pkey PRIMARY KEY (id)
  )`,
  'CREATE INDEX mint_replays_by_end ON mint_replays (expires_at)',
];

/** Keys of an organization itself, rotation, revocation of many keys at once, and mints that may be asked for twice. */
export class KeyLives1700000000008 implements MigrationInterface {
  name = 'KeyLives1700000000008';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mint_replays');
    await runner.query('DROP TABLE key_epochs');
    await runner.query('ALTER TABLE personal_access_tokens DROP COLUMN service, DROP COLUMN revoke_reason, DROP COLUMN replaces, DROP COLUMN replaced_by');
  }
}
