import { randomUUID } from 'node:crypto';
import { auditEventSchema, type AuditEvent, type IdentityAssertionClaims } from '@latchkey/contracts';
import { currentRequest } from '@latchkey/service';
import type { EntityManager } from 'typeorm';
import { AuditEventEntity } from './audit-event.entity.ts';

/** What the caller says of an act; time, address and request are known here. */
export type AuditEntry = Pick<AuditEvent, 'org' | 'actor' | 'action'> &
  Partial<Pick<AuditEvent, 'credential' | 'target' | 'outcome' | 'code' | 'details' | 'address'>>;

/**
 * Writes an act into the audit log, in the caller's transaction: what happened is recorded, and what is recorded happened.
 * @throws ZodError when an entry is not one of the contract, e.g. for control characters in a name: clean what strangers chose first
 */
export async function recordAudit(manager: EntityManager, entry: AuditEntry): Promise<void> {
  const request = currentRequest();
  const event = auditEventSchema.parse({
    id: randomUUID(),
    at: new Date().toISOString(),
    service: 'identity',
    credential: null,
    target: null,
    outcome: 'success',
    code: null,
    address: request?.address ?? null,
    requestId: request?.requestId ?? null,
    details: {},
    ...entry,
  });
  const { id, at, service, org, action, outcome } = event;
  await manager.insert(AuditEventEntity, { id, at: new Date(at), service, org, action, outcome, event });
}

/** Actor and credential of whoever calls a management API. */
export const actorOf = ({ sub, credential }: IdentityAssertionClaims): Pick<AuditEntry, 'actor' | 'credential'> => ({
  actor: { kind: 'user', id: sub },
  credential: { kind: credential.kind, id: credential.id },
});
