import { posted } from '@latchkey/postgres';
import { currentSpan } from '@latchkey/telemetry';
import type { EntityManager, QueryRunner } from 'typeorm';

/** Adds to an outbox which request wrote the newest version of each subject: that version and its `traceparent`, where somebody traces. */
export async function addTraced(runner: QueryRunner): Promise<void> {
  await runner.query('ALTER TABLE outbox ADD COLUMN traced text');
}

export async function dropTraced(runner: QueryRunner): Promise<void> {
  await runner.query('ALTER TABLE outbox DROP COLUMN traced');
}

/** SQL of the `traceparent` of a row's newest version; null where that was not traced. */
export const tracedSql = "CASE WHEN traced LIKE version::text || ' %' THEN split_part(traced, ' ', 2) END";

const note = { name: 'outbox-trace', text: "UPDATE outbox SET traced = version::text || ' ' || $2 WHERE subject = $1" };

/** Has what was staged say whose doing it is, where that is recorded. A statement of its own, so that nobody else pays for it. */
export async function noteTrace(manager: EntityManager, subject: string): Promise<void> {
  const span = currentSpan();
  if (span?.recorded === true) await posted(manager, note, [subject, span.traceparent]);
}
