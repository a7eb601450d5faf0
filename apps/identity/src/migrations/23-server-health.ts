import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE server_health (
    server     uuid        NOT NULL,
    gateway    uuid        NOT NULL,
    seen       jsonb       NOT NULL,
    seen_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT server_health_pkey PRIMARY KEY (server, gateway),
    CONSTRAINT server_health_server_fkey FOREIGN KEY (server) REFERENCES servers (id)
  )`,
  'CREATE INDEX server_health_by_expiry ON server_health (expires_at)',
];

/** What gateways see of servers. */
export class ServerHealth1700000000023 implements MigrationInterface {
  name = 'ServerHealth1700000000023';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE server_health');
  }
}
