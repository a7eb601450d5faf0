import { randomUUID } from 'node:crypto';
import { actorsOf, auditEventSchema, type AuditEvent, type IdentityAssertionClaims } from '@latchkey/contracts';
import { currentRequest } from './request-facts.ts';

/** What whoever acts says of an act; time, address and request are known here. */
export type AuditEntry = Pick<AuditEvent, 'org' | 'actor' | 'action'> &
  Partial<Pick<AuditEvent, 'credential' | 'target' | 'outcome' | 'code' | 'details' | 'address'>>;

/** Who acts, and with what. */
export type AuditAuthor = Pick<AuditEntry, 'actor' | 'credential'>;

/**
 * An entry as the event that is kept.
 * @throws ZodError when an entry is not one of the contract, e.g. for control characters in a name: clean what strangers chose first
 */
export function auditEventOf(service: AuditEvent['service'], entry: AuditEntry): AuditEvent {
  const request = currentRequest();
  return auditEventSchema.parse({
    id: randomUUID(),
    at: new Date().toISOString(),
    service,
    credential: null,
    target: null,
    outcome: 'success',
    code: null,
    address: request?.address ?? null,
    requestId: request?.requestId ?? null,
    details: {},
    ...entry,
  });
}

/** Actor and credential of whoever calls a management API. */
export const actorOf = ({ sub, credential, act }: IdentityAssertionClaims): AuditAuthor => ({
  actor: { kind: 'user', id: sub, ...(act === undefined ? {} : { by: actorsOf(act) }) },
  credential: { kind: credential.kind, id: credential.id },
});
