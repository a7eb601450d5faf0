import type { AuditEvent } from '@latchkey/contracts';
import { posted } from '@latchkey/postgres';
import { auditEventOf, type AuditEntry } from '@latchkey/service';
import type { EntityManager } from 'typeorm';

export { actorOf, type AuditEntry } from '@latchkey/service';

const insert = { name: 'audit-outbox-insert', text: "INSERT INTO audit_outbox (id, event) SELECT (event ->> 'id')::uuid, event FROM jsonb_array_elements($1::jsonb) AS event" };

/** Writes an act in the caller's transaction: it is told if and only if it happened, and however long nobody can be told. */
export async function recordAudit(manager: EntityManager, entry: AuditEntry): Promise<void> {
  await recordEvents(manager, [eventOf(entry)]);
}

/** An act as it is told, with what is known of the request that is being served. */
export const eventOf = (entry: AuditEntry): AuditEvent => auditEventOf('keys', entry);

/** Writes acts of which all is known. */
export async function recordEvents(manager: EntityManager, events: readonly AuditEvent[]): Promise<void> {
  await posted(manager, insert, [JSON.stringify(events)]);
}
