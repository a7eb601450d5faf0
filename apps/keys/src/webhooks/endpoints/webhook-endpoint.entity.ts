import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Where an organization is told of events. */
@Entity('webhook_endpoints')
@Index('webhook_endpoints_by_org', ['org', 'createdAt', 'id'])
export class WebhookEndpointEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_endpoints_pkey' })
  id!: string;

  @Column('text')
  org!: string;

  @Column('text')
  url!: string;

  @Column('text')
  description!: string;

  @Column('text', { array: true })
  events!: string[];

  /** `sub` of the user */
  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'disabled_at', precision: 3, nullable: true })
  disabledAt!: Date | null;

  @Column('text', { name: 'disabled_reason', nullable: true })
  disabledReason!: 'asked' | 'gone' | null;

  /** Attempts that failed since the last one that did not. */
  @Column('integer', { default: 0 })
  failures!: number;

  @Column({ type: 'timestamptz', name: 'failing_since', precision: 3, nullable: true })
  failingSince!: Date | null;

  /** The circuit is open: nothing is tried before. */
  @Column({ type: 'timestamptz', name: 'paused_until', precision: 3, nullable: true })
  pausedUntil!: Date | null;
}
