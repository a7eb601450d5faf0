import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE webhook_endpoints (
    id              uuid           NOT NULL,
    org             text           NOT NULL,
    url             text           NOT NULL,
    description     text           NOT NULL,
    events          text[]         NOT NULL,
    created_by      text           NOT NULL,
    created_at      timestamptz(3) NOT NULL,
    disabled_at     timestamptz(3),
    disabled_reason text,
    failures        integer        NOT NULL DEFAULT 0,
    failing_since   timestamptz(3),
    paused_until    timestamptz(3),
    CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id)
  )`,
  'CREATE INDEX webhook_endpoints_by_org ON webhook_endpoints (org, created_at, id)',
  `CREATE TABLE webhook_secrets (
    id          uuid           NOT NULL,
    org         text           NOT NULL,
    endpoint_id uuid           NOT NULL,
    sealed      bytea          NOT NULL,
    created_at  timestamptz(3) NOT NULL,
    expires_at  timestamptz(3),
    CONSTRAINT webhook_secrets_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_secrets_endpoint_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints (id) ON DELETE CASCADE
  )`,
  'CREATE INDEX webhook_secrets_by_endpoint ON webhook_secrets (endpoint_id)',
  `CREATE TABLE webhook_events (
    id         text           NOT NULL,
    org        text           NOT NULL,
    type       text           NOT NULL,
    body       text           NOT NULL,
    created_at timestamptz(3) NOT NULL,
    CONSTRAINT webhook_events_pkey PRIMARY KEY (id)
  )`,
  'CREATE INDEX webhook_events_by_age ON webhook_events (created_at)',
  `CREATE TABLE webhook_deliveries (
    id           uuid           NOT NULL,
    endpoint_id  uuid           NOT NULL,
    event_id     text           NOT NULL,
    status       text           NOT NULL DEFAULT 'pending',
    attempts     integer        NOT NULL DEFAULT 0,
    due_at       timestamptz    NOT NULL DEFAULT clock_timestamp(),
    claim        uuid,
    replay_of    uuid,
    created_at   timestamptz(3) NOT NULL,
    completed_at timestamptz(3),
    CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_deliveries_endpoint_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    CONSTRAINT webhook_deliveries_event_fkey FOREIGN KEY (event_id) REFERENCES webhook_events (id) ON DELETE CASCADE
  )`,
  "CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at) WHERE status = 'pending'",
  'CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, created_at, id)',
  'CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (event_id)',
  `CREATE TABLE webhook_attempts (
    delivery_id uuid           NOT NULL,
    number      integer        NOT NULL,
    at          timestamptz(3) NOT NULL,
    duration_ms integer        NOT NULL,
    status_code integer,
    error       text,
    secrets     uuid[]         NOT NULL,
    CONSTRAINT webhook_attempts_pkey PRIMARY KEY (delivery_id, number),
    CONSTRAINT webhook_attempts_delivery_fkey FOREIGN KEY (delivery_id) REFERENCES webhook_deliveries (id) ON DELETE CASCADE
  )`,
];

/** Where organizations are told of events, and the queue of what they are told. */
export class WebhookEndpoints1700000000007 implements MigrationInterface {
  name = 'WebhookEndpoints1700000000007';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['webhook_attempts', 'webhook_deliveries', 'webhook_events', 'webhook_secrets', 'webhook_endpoints']) await runner.query(`DROP TABLE ${table}`);
  }
}
