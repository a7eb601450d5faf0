import type { QueryRunner } from 'typeorm';

/**
 * Has the index of what is to be published again hold only what was published once. A new row was in it, too, until it was marked, and what
 * it left there was walked through by every read of the relay until the next vacuum: half a millisecond after 5,000 new keys.
 */
export async function narrowReplayIndex(runner: QueryRunner): Promise<void> {
  await runner.query('CREATE INDEX outbox_replayed ON outbox (published_generation) WHERE published_version = version');
  await runner.query('DROP INDEX outbox_by_generation');
}

export async function widenReplayIndex(runner: QueryRunner): Promise<void> {
  await runner.query('CREATE INDEX outbox_by_generation ON outbox (published_generation)');
  await runner.query('DROP INDEX outbox_replayed');
}
