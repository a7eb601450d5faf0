import { posted } from '@latchkey/postgres';
import { auditEventOf, type AuditAuthor, type AuditEntry } from '@latchkey/service';
import type { EntityManager } from 'typeorm';

export { actorOf, type AuditAuthor, type AuditEntry } from '@latchkey/service';

/** What happens by itself, or by whoever runs the deployment: a schedule, a first start. */
export const byIdentity: AuditAuthor = { actor: { kind: 'service', id: 'identity' }, credential: null };

/** Somebody who is signed in with a browser. */
export const bySession = (userId: string): AuditAuthor => ({ actor: { kind: 'user', id: userId }, credential: { kind: 'session', id: 'browser' } });

const insert = {
  name: 'audit-insert',
  text: 'INSERT INTO audit_events (id, at, service, org, action, outcome, event) VALUES ($1, $2, $3, $4, $5, $6, $7)',
};

/**
 * Writes an act into the audit log, in the caller's transaction: what happened is recorded, and what is recorded happened.
 * @throws ZodError when an entry is not one of the contract, e.g. for control characters in a name: clean what strangers chose first
 */
export async function recordAudit(manager: EntityManager, entry: AuditEntry): Promise<void> {
  const event = auditEventOf('identity', entry);
  const { id, at, service, org, action, outcome } = event;
  await posted(manager, insert, [id, at, service, org, action, outcome, JSON.stringify(event)]);
}
