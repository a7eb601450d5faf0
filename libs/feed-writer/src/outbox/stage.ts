import { feedRecordSchema, type FeedRecord } from '@latchkey/contracts';
import { subjectOf } from '@latchkey/feed';
import { posted, prepared, Transaction } from '@latchkey/postgres';
import type { EntityManager } from 'typeorm';
import { noteTrace } from './traced.ts';
import { wakeners } from './wake.ts';

// RETURNING sees the row as written.
const upsert = `INSERT INTO outbox (subject, version, record) VALUES ($1, 1, $2)
  ON CONFLICT (subject) DO UPDATE SET version = outbox.version + 1, record = excluded.record, published = false, updated_at = clock_timestamp()
  RETURNING version`;

const outbox = { name: 'outbox-stage', text: upsert };
const firstOfSubjects = {
  name: 'outbox-stage-first',
  text: 'INSERT INTO outbox (subject, version, record) SELECT subject, 1, record FROM json_to_recordset($1::json) AS first (subject text, record jsonb)',
};

// NOTIFY is delivered at commit, and equal ones of a transaction are folded into one.
const outboxAndNotify = { name: 'outbox-stage-notify', text: `WITH staged AS (${upsert}) SELECT version, pg_notify('feed_' || current_schema(), '') FROM staged` };
const notify = { name: 'outbox-notify', text: "SELECT pg_notify('feed_' || current_schema(), '')" };

/**
 * Stages the present state of a thing for the feed, in the caller's transaction: it goes out if and only if that commits.
 * Records staged in one transaction should be staged in a fixed order (by subject), or two such transactions may deadlock.
 * @param manager  of the transaction that writes the row itself
 * @returns the version of the record, 1 for a new subject
 * @throws Error when the record is not one of the contract: no follower would accept it
 */
export async function stage(manager: EntityManager, record: FeedRecord): Promise<number> {
  const valid = feedRecordSchema.parse(record);
  const subject = subjectOf(valid);
  const rows = await prepared<{ version: string }>(manager, wakesAfterCommit(manager) ? outbox : outboxAndNotify, [subject, JSON.stringify(valid)]);
  const version = Number(rows[0]?.version);
  if (!Number.isSafeInteger(version)) throw new Error('The outbox gave no version');
  await noteTrace(manager, subject);
  return version;
}

/** A record that was found to be one of the contract. */
export interface FirstRecord {
  subject: string;
  record: FeedRecord;
}

/** @throws Error when the record is not one of the contract: no follower would accept it */
export function firstRecord(record: FeedRecord): FirstRecord {
  const valid = feedRecordSchema.parse(record);
  return { subject: subjectOf(valid), record: valid };
}

/**
 * The same for things that the same transaction makes, each of version 1: nobody waits for the outbox. The transaction fails where one of them was
 * staged before.
 */
export async function stageFirst(manager: EntityManager, records: readonly FirstRecord[]): Promise<void> {
  await posted(manager, firstOfSubjects, [JSON.stringify(records)]);
  if (!wakesAfterCommit(manager)) await posted(manager, notify, []);
}

/**
 * Has the relay of this process look once the transaction is committed, where there is one. NOTIFY would have commits wait for each other: one
 * that notifies holds a lock of the whole server until the disk has it, so that there are no more of them in a second than the disk takes
 * writes. Should this process die before its relay has looked, another one's sweep finds the row.
 */
function wakesAfterCommit(manager: EntityManager): boolean {
  const [transaction, wake] = [Transaction.of(manager), wakeners.get(manager.dataSource)];
  if (transaction === undefined || wake === undefined) return false;
  transaction.follow(wake);
  return true;
}
