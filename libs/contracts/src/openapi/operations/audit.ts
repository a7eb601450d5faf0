import * as audit from '../../http/audit.ts';
import * as explanations from '../../http/explanations.ts';
import { defineOperations } from '../operation.ts';

export const auditOperations = defineOperations({
  listAuditEvents: { method: 'get', path: '/v1/audit', scope: 'audit:read', summary: 'Read the audit log', query: audit.listAuditQuerySchema, status: 200, answer: audit.auditPageSchema, refusals: ['not_found'] },
  exportAudit: {
    method: 'get', path: '/v1/audit/export', scope: 'audit:read', summary: 'Export the chain', description: 'A line for each link.',
    query: audit.exportAuditQuerySchema, status: 200, answer: audit.auditLinkSchema, mediaType: 'application/x-ndjson', refusals: ['not_found'],
  },
  explainAuditEvent: {
    method: 'get', path: '/v1/audit/{id}/explain', scope: 'audit:read', summary: 'Explain an entry', description: 'The decision behind it, made again rule by rule.', status: 200, answer: explanations.explainedEventSchema, refusals: ['not_found'],
  },
  verifyAudit: { method: 'get', path: '/v1/audit/verify', scope: 'audit:read', summary: 'Verify the chain', query: audit.verifyAuditQuerySchema, status: 200, answer: audit.auditVerificationSchema, refusals: ['not_found'] },
});
