import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE connections (
    id            uuid           NOT NULL,
    org           text           NOT NULL,
    project       text           NOT NULL,
    server        text           NOT NULL,
    name          text           NOT NULL,
    kind          text           NOT NULL,
    per           text           NOT NULL,
    header        text           NOT NULL,
    resource      text           NOT NULL,
    oauth         jsonb,
    sealed_client bytea,
    redirect_uris text[]         NOT NULL,
    created_by    text           NOT NULL,
    created_at    timestamptz(3) NOT NULL,
    revoked_at    timestamptz(3),
    CONSTRAINT connections_pkey PRIMARY KEY (id)
  )`,
  'CREATE INDEX connections_by_org ON connections (org, created_at, id)',
  `CREATE TABLE connection_credentials (
    id              uuid           NOT NULL,
    org             text           NOT NULL,
    connection_id   uuid           NOT NULL,
    holder          text           NOT NULL,
    status          text           NOT NULL,
    version         integer        NOT NULL,
    sealed          bytea,
    previous_sealed bytea,
    previous_until  timestamptz(3),
    expires_at      timestamptz(3),
    lease           uuid,
    lease_until     timestamptz(3),
    created_at      timestamptz(3) NOT NULL,
    CONSTRAINT connection_credentials_pkey PRIMARY KEY (id),
    CONSTRAINT connection_credentials_holder_key UNIQUE (connection_id, holder),
    CONSTRAINT connection_credentials_connection_fkey FOREIGN KEY (connection_id) REFERENCES connections (id) ON DELETE CASCADE
  )`,
  `CREATE TABLE connection_flows (
    id            uuid           NOT NULL,
    org           text           NOT NULL,
    connection_id uuid           NOT NULL,
    holder        text           NOT NULL,
    person        text,
    client        text,
    ticket        text           NOT NULL,
    browser       text,
    confirmed     boolean        NOT NULL DEFAULT false,
    state         text,
    sealed        bytea,
    return_to     text,
    expires_at    timestamptz(3) NOT NULL,
    CONSTRAINT connection_flows_pkey PRIMARY KEY (id),
    CONSTRAINT connection_flows_ticket_key UNIQUE (ticket),
    CONSTRAINT connection_flows_state_key UNIQUE (state),
    CONSTRAINT connection_flows_connection_fkey FOREIGN KEY (connection_id) REFERENCES connections (id) ON DELETE CASCADE
  )`,
  'CREATE INDEX connection_flows_by_end ON connection_flows (expires_at)',
];

/** What is shown to servers, for whom, and how people are led to give it. */
export class Connections1700000000011 implements MigrationInterface {
  name = 'Connections1700000000011';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['connection_flows', 'connection_credentials', 'connections']) await runner.query(`DROP TABLE ${table}`);
  }
}
