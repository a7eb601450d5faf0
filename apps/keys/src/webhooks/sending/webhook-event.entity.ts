import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Something that happened and that somebody is told of: the very bytes that are sent. */
@Entity('webhook_events')
@Index('webhook_events_by_age', ['createdAt'])
export class WebhookEventEntity {
  /** `webhook-id` */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'webhook_events_pkey' })
  id!: string;

  @Column('text')
  org!: string;

  @Column('text')
  type!: string;

  @Column('text')
  body!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;
}
