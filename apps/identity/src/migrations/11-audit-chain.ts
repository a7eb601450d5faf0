import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  'ALTER TABLE audit_events ADD COLUMN chain text, ADD COLUMN position bigint, ADD COLUMN previous bytea, ADD COLUMN hash bytea',
  'CREATE UNIQUE INDEX audit_events_by_position ON audit_events (chain, position)',
  'CREATE INDEX audit_events_unchained ON audit_events (received_at) WHERE position IS NULL',
  'CREATE INDEX audit_events_by_content ON audit_events USING gin (event jsonb_path_ops)',
  `CREATE TABLE audit_chains (
    chain           text   NOT NULL,
    position        bigint NOT NULL DEFAULT 0,
    hash            bytea,
    pruned_position bigint NOT NULL DEFAULT 0,
    pruned_hash     bytea,
    CONSTRAINT audit_chains_pkey PRIMARY KEY (chain)
  )`,
];

/** Links the events of every organization to a chain of hashes. Events that exist already become its first links. */
export class AuditChain1700000000011 implements MigrationInterface {
  name = 'AuditChain1700000000011';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_chains');
    for (const index of ['audit_events_by_content', 'audit_events_unchained', 'audit_events_by_position']) await runner.query(`DROP INDEX ${index}`);
    await runner.query('ALTER TABLE audit_events DROP COLUMN hash, DROP COLUMN previous, DROP COLUMN position, DROP COLUMN chain');
  }
}
