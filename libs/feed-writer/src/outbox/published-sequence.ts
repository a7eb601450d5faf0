import type { QueryRunner } from 'typeorm';

/**
 * Adds to an outbox where on the stream each subject stands, so that a change need not ask the stream before it replaces what is there.
 * Null where that is not known: a relay of the release before does not say, and one that says something wrong is put right by the stream.
 */
export async function addPublishedSequence(runner: QueryRunner): Promise<void> {
  await runner.query('ALTER TABLE outbox ADD COLUMN published_sequence bigint');
}

export async function dropPublishedSequence(runner: QueryRunner): Promise<void> {
  await runner.query('ALTER TABLE outbox DROP COLUMN published_sequence');
}
