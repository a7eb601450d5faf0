import type { AuditEvent } from '@latchkey/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An act that identity, who keeps the log, has not been told of yet. */
@Entity('audit_outbox')
@Index('audit_outbox_by_age', ['createdAt'])
export class AuditOutboxEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('jsonb')
  event!: AuditEvent;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
