import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { WebhookEndpointEntity } from '../endpoints/webhook-endpoint.entity.ts';
import { WebhookEventEntity } from './webhook-event.entity.ts';

/** An event on its way to one endpoint. */
@Entity('webhook_deliveries')
@Index('webhook_deliveries_due', ['dueAt'], { where: "status = 'pending'" })
@Index('webhook_deliveries_by_endpoint', ['endpointId', 'createdAt', 'id'])
@Index('webhook_deliveries_by_event', ['eventId'])
@ForeignKey(() => WebhookEndpointEntity, ['endpointId'], ['id'], { name: 'webhook_deliveries_endpoint_fkey', onDelete: 'CASCADE' })
@ForeignKey(() => WebhookEventEntity, ['eventId'], ['id'], { name: 'webhook_deliveries_event_fkey', onDelete: 'CASCADE' })
export class WebhookDeliveryEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_deliveries_pkey' })
  id!: string;

  @Column('uuid', { name: 'endpoint_id' })
  endpointId!: string;

  @Column('text', { name: 'event_id' })
  eventId!: string;

  @Column('text', { default: 'pending' })
  status!: 'pending' | 'succeeded' | 'failed';

  /** That are over */
  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('timestamptz', { name: 'due_at', default: () => 'clock_timestamp()' })
  dueAt!: Date;

  /** Who is trying it; whoever took it over when that took too long has another one. */
  @Column('uuid', { nullable: true })
  claim!: string | null;

  @Column('uuid', { name: 'replay_of', nullable: true })
  replayOf!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'completed_at', precision: 3, nullable: true })
  completedAt!: Date | null;
}
