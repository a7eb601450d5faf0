import type { AuditEvent } from '@latchkey/contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One security-relevant act; written in the transaction of the act itself, and never changed. */
@Entity('audit_events')
@Check('audit_events_outcome', `"outcome" IN ('success', 'refused', 'failed')`)
@Index('audit_events_by_org', ['org', 'at'])
export class AuditEventEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  @Column('text')
  service!: AuditEvent['service'];

  @Column('text', { nullable: true })
  org!: string | null;

  @Column('text')
  action!: string;

  @Column('text')
  outcome!: AuditEvent['outcome'];

  @Column('jsonb')
  event!: AuditEvent;

  @Column('timestamptz', { name: 'received_at', default: () => 'clock_timestamp()' })
  receivedAt!: Date;
}
