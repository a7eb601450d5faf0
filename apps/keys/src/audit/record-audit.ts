import { posted } from '@latchkey/postgres';
import { auditEventOf, type AuditEntry } from '@latchkey/service';
import type { EntityManager } from 'typeorm';

export { actorOf, type AuditEntry } from '@latchkey/service';

const insert = { name: 'audit-outbox-insert', text: 'INSERT INTO audit_outbox (id, event) VALUES ($1, $2)' };

/** Writes an act in the caller's transaction: it is told if and only if it happened, and however long nobody can be told. */
export async function recordAudit(manager: EntityManager, entry: AuditEntry): Promise<void> {
  const event = auditEventOf('keys', entry);
  await posted(manager, insert, [event.id, JSON.stringify(event)]);
}
