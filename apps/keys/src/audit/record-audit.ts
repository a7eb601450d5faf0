import { auditEventOf, type AuditEntry } from '@latchkey/service';
import type { EntityManager } from 'typeorm';
import { AuditOutboxEntity } from './audit-outbox.entity.ts';

export { actorOf, type AuditEntry } from '@latchkey/service';

/** Writes an act in the caller's transaction: it is told if and only if it happened, and however long nobody can be told. */
export async function recordAudit(manager: EntityManager, entry: AuditEntry): Promise<void> {
  const event = auditEventOf('keys', entry);
  await manager.insert(AuditOutboxEntity, { id: event.id, event });
}
