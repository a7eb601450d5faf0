import { Counter, type Registry } from 'prom-client';

/** What became of the acts of this gateway on their way to the audit log. */
export class AuditMetrics {
  private readonly events: Counter<'result'>;

  constructor(registry: Registry) {
    this.events = new Counter({ name: 'gateway_audit_events_total', help: 'Audit events told to the log, and acts dropped because they could not be.', labelNames: ['result'], registers: [registry] });
    for (const result of ['told', 'dropped'] as const) this.events.inc({ result }, 0);
  }

  count(result: 'told' | 'dropped', number: number): void {
    this.events.inc({ result }, number);
  }
}
