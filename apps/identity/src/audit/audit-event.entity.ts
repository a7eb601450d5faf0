import type { AuditEvent } from '@latchkey/contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One security-relevant act; written in the transaction of the act itself, and changed once: when it becomes a link of its chain. */
@Entity('audit_events')
@Check('audit_events_outcome', `"outcome" IN ('success', 'refused', 'failed')`)
@Index('audit_events_by_org', ['org', 'at'])
@Index('audit_events_by_position', ['chain', 'position'], { unique: true })
@Index('audit_events_unchained', ['receivedAt'], { where: '(position IS NULL)' })
// A GIN index: what the filters of the API look for inside an event.
@Index('audit_events_by_content', { synchronize: false })
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

  /** The organization, or empty; null until the event is a link. */
  @Column('text', { nullable: true })
  chain!: string | null;

  /** As text: it has 64 bits. */
  @Column('bigint', { nullable: true })
  position!: string | null;

  @Column('bytea', { nullable: true })
  previous!: Buffer | null;

  @Column('bytea', { nullable: true })
  hash!: Buffer | null;
}
