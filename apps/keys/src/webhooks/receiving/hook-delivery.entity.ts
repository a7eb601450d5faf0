import type { HookError } from '@latchkey/contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { WebhookSubscriptionEntity } from '../subscriptions/webhook-subscription.entity.ts';

/** What was received and believed, on its way to the tool. */
@Entity('hook_deliveries')
@Index('hook_deliveries_due', ['dueAt'], { where: "status = 'pending'" })
@Index('hook_deliveries_by_subscription', ['subscriptionId', 'createdAt', 'id'])
@ForeignKey(() => WebhookSubscriptionEntity, ['subscriptionId'], ['id'], { name: 'hook_deliveries_subscription_fkey', onDelete: 'CASCADE' })
export class HookDeliveryEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'hook_deliveries_pkey' })
  id!: string;

  @Column('uuid', { name: 'subscription_id' })
  subscriptionId!: string;

  /** As it came */
  @Column('bytea')
  payload!: Buffer;

  /** What the tool is called with */
  @Column('jsonb')
  arguments!: Record<string, unknown>;

  @Column('text', { default: 'pending' })
  status!: 'pending' | 'succeeded' | 'failed';

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('text', { nullable: true })
  error!: HookError | null;

  @Column('timestamptz', { name: 'due_at', default: () => 'clock_timestamp()' })
  dueAt!: Date;

  @Column('uuid', { nullable: true })
  claim!: string | null;

  @Column('uuid', { name: 'redelivery_of', nullable: true })
  redeliveryOf!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'completed_at', precision: 3, nullable: true })
  completedAt!: Date | null;
}
