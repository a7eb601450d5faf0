import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE webhook_subscriptions (
    id                uuid           NOT NULL,
    org               text           NOT NULL,
    project           text           NOT NULL,
    name              text           NOT NULL,
    verifier          text           NOT NULL,
    action            jsonb          NOT NULL,
    hmac              jsonb          NOT NULL,
    tolerance_seconds integer        NOT NULL,
    enabled           boolean        NOT NULL DEFAULT true,
    owner             text           NOT NULL,
    key_id            text           NOT NULL,
    sealed_key        bytea          NOT NULL,
    created_at        timestamptz(3) NOT NULL,
    CONSTRAINT webhook_subscriptions_pkey PRIMARY KEY (id)
  )`,
  'CREATE INDEX webhook_subscriptions_by_org ON webhook_subscriptions (org, created_at, id)',
  'ALTER TABLE webhook_secrets ALTER COLUMN endpoint_id DROP NOT NULL',
  'ALTER TABLE webhook_secrets ADD COLUMN subscription_id uuid',
  `ALTER TABLE webhook_secrets ADD CONSTRAINT webhook_secrets_subscription_fkey
    FOREIGN KEY (subscription_id) REFERENCES webhook_subscriptions (id) ON DELETE CASCADE`,
  'ALTER TABLE webhook_secrets ADD CONSTRAINT webhook_secrets_one_holder CHECK (num_nonnulls(endpoint_id, subscription_id) = 1)',
  'CREATE INDEX webhook_secrets_by_subscription ON webhook_secrets (subscription_id)',
  `CREATE TABLE hook_deliveries (
    id              uuid           NOT NULL,
    subscription_id uuid           NOT NULL,
    payload         bytea          NOT NULL,
    arguments       jsonb          NOT NULL,
    status          text           NOT NULL DEFAULT 'pending',
    attempts        integer        NOT NULL DEFAULT 0,
    error           text,
    due_at          timestamptz    NOT NULL DEFAULT clock_timestamp(),
    claim           uuid,
    redelivery_of   uuid,
    created_at      timestamptz(3) NOT NULL,
    completed_at    timestamptz(3),
    CONSTRAINT hook_deliveries_pkey PRIMARY KEY (id),
    CONSTRAINT hook_deliveries_subscription_fkey FOREIGN KEY (subscription_id) REFERENCES webhook_subscriptions (id) ON DELETE CASCADE
  )`,
  "CREATE INDEX hook_deliveries_due ON hook_deliveries (due_at) WHERE status = 'pending'",
  'CREATE INDEX hook_deliveries_by_subscription ON hook_deliveries (subscription_id, created_at, id)',
  `CREATE TABLE hook_replays (
    subscription_id uuid NOT NULL,
    replay_id       text NOT NULL,
    delivery_id     uuid NOT NULL,
    CONSTRAINT hook_replays_pkey PRIMARY KEY (subscription_id, replay_id),
    CONSTRAINT hook_replays_delivery_fkey FOREIGN KEY (delivery_id) REFERENCES hook_deliveries (id) ON DELETE CASCADE
  )`,
  'CREATE INDEX hook_replays_by_delivery ON hook_replays (delivery_id)',
];

const back = [
  'DROP TABLE hook_replays',
  'DROP TABLE hook_deliveries',
  'DELETE FROM webhook_secrets WHERE endpoint_id IS NULL',
  'ALTER TABLE webhook_secrets DROP CONSTRAINT webhook_secrets_one_holder',
  'ALTER TABLE webhook_secrets DROP COLUMN subscription_id',
  'ALTER TABLE webhook_secrets ALTER COLUMN endpoint_id SET NOT NULL',
  'DROP TABLE webhook_subscriptions',
];

/** Whose webhooks call which tool, and what came of them. */
export class WebhookSubscriptions1700000000009 implements MigrationInterface {
  name = 'WebhookSubscriptions1700000000009';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of back) await runner.query(statement);
  }
}
