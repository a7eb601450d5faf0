import type { QueryRunner } from 'typeorm';

/** Drops the index of what relays of an early release looked for; `outbox_changed` has the same rows. Each new record was entered in both. */
export async function dropUnpublishedIndex(runner: QueryRunner): Promise<void> {
  await runner.query('DROP INDEX outbox_unpublished');
}

export async function restoreUnpublishedIndex(runner: QueryRunner): Promise<void> {
  await runner.query('CREATE INDEX outbox_unpublished ON outbox (updated_at) WHERE NOT published');
}
