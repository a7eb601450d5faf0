import type { QueryRunner } from 'typeorm';

/**
 * Creates, in the schema of the migration that calls it, the outbox (the newest record of each subject, and whether the feed has it)
 * and `feed_epoch`, one row that says which stream that was published to and how far.
 */
export async function createOutboxTable(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE outbox (
      subject text PRIMARY KEY,
      version bigint NOT NULL,
      record jsonb NOT NULL,
      published boolean NOT NULL DEFAULT false,
      updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )`);
  // The relay asks for this all the time, and the answer is nearly always short.
  await runner.query('CREATE INDEX outbox_unpublished ON outbox (updated_at) WHERE NOT published');
  await runner.query(`
    CREATE TABLE feed_epoch (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      epoch text NOT NULL,
      sequence bigint NOT NULL
    )`);
  await runner.query("INSERT INTO feed_epoch (epoch, sequence) VALUES ('', 0)");
}

export async function dropOutboxTable(runner: QueryRunner): Promise<void> {
  await runner.query('DROP TABLE feed_epoch');
  await runner.query('DROP TABLE outbox');
}
