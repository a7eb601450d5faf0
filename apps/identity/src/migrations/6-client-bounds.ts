import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  `ALTER TABLE clients
    ADD COLUMN created_by            uuid,
    ADD COLUMN scopes                text[],
    ADD COLUMN resources             text[],
    ADD COLUMN machine               jsonb,
    ADD COLUMN epoch                 integer,
    ADD COLUMN previous_secret_hash  bytea,
    ADD COLUMN previous_secret_until timestamptz,
    ADD COLUMN revivable             boolean NOT NULL DEFAULT false,
    ADD COLUMN revived_at            timestamptz,
    ALTER COLUMN created_at TYPE timestamptz(3),
    ADD CONSTRAINT clients_org_fkey FOREIGN KEY (org) REFERENCES organizations (slug),
    ADD CONSTRAINT clients_machine CHECK (machine IS NULL OR (privileged AND org IS NOT NULL AND scopes IS NOT NULL AND resources IS NOT NULL))`,
  'CREATE INDEX clients_by_org ON clients (org, created_at) WHERE org IS NOT NULL',
  `CREATE TABLE trusted_clients (
    id         uuid           NOT NULL,
    org        text           NOT NULL,
    kind       text           NOT NULL CONSTRAINT trusted_clients_kind CHECK (kind IN ('client', 'host')),
    value      text           NOT NULL,
    added_by   uuid,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT trusted_clients_pkey PRIMARY KEY (id),
    CONSTRAINT trusted_clients_value_key UNIQUE (org, kind, value),
    CONSTRAINT trusted_clients_org_fkey FOREIGN KEY (org) REFERENCES organizations (slug)
  )`,
];

const down = [
  'DROP TABLE trusted_clients',
  'DROP INDEX clients_by_org',
  `ALTER TABLE clients
    DROP CONSTRAINT clients_machine,
    DROP CONSTRAINT clients_org_fkey,
    ALTER COLUMN created_at TYPE timestamptz,
    DROP COLUMN revived_at,
    DROP COLUMN revivable,
    DROP COLUMN previous_secret_until,
    DROP COLUMN previous_secret_hash,
    DROP COLUMN epoch,
    DROP COLUMN machine,
    DROP COLUMN resources,
    DROP COLUMN scopes,
    DROP COLUMN created_by`,
];

/** Clients that an organization registers: what each may ask for, machines among them, secrets that overlap; and whom it vouches for. */
export class ClientBounds1700000000006 implements MigrationInterface {
  name = 'ClientBounds1700000000006';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
