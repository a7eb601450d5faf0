import type { QueryGauge } from '@latchkey/service';

export const identityGauges: readonly QueryGauge[] = [
  { name: 'identity_mails_due', help: 'Mails that are due and not sent yet.', text: 'SELECT count(*) AS value FROM mails WHERE expires_at IS NULL AND due_at <= clock_timestamp()' },
  { name: 'identity_audit_unchained', help: 'Audit events that are no link of their chain yet.', text: 'SELECT count(*) AS value FROM audit_events WHERE position IS NULL' },
  {
    name: 'identity_audit_oldest_unchained_seconds', help: 'How long the oldest of them has waited.',
    text: 'SELECT extract(epoch FROM clock_timestamp() - min(received_at)) AS value FROM audit_events WHERE position IS NULL',
  },
  { name: 'identity_audit_links', help: 'Links of all chains of the audit log together, those included that were pruned: it never falls.', text: 'SELECT sum(position) AS value FROM audit_chains' },
];
