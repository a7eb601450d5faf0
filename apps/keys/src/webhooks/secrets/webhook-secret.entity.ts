import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { WebhookEndpointEntity } from '../endpoints/webhook-endpoint.entity.ts';
import { WebhookSubscriptionEntity } from '../subscriptions/webhook-subscription.entity.ts';

/** One of the secrets that sign to an endpoint, or from the sender of a subscription; sealed. */
@Entity('webhook_secrets')
@Index('webhook_secrets_by_endpoint', ['endpointId'])
@Index('webhook_secrets_by_subscription', ['subscriptionId'])
@Check('webhook_secrets_one_holder', 'num_nonnulls(endpoint_id, subscription_id) = 1')
@ForeignKey(() => WebhookEndpointEntity, ['endpointId'], ['id'], { name: 'webhook_secrets_endpoint_fkey', onDelete: 'CASCADE' })
@ForeignKey(() => WebhookSubscriptionEntity, ['subscriptionId'], ['id'], { name: 'webhook_secrets_subscription_fkey', onDelete: 'CASCADE' })
export class WebhookSecretEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_secrets_pkey' })
  id!: string;

  @Column('text')
  org!: string;

  @Column('uuid', { name: 'endpoint_id', nullable: true })
  endpointId!: string | null;

  @Column('uuid', { name: 'subscription_id', nullable: true })
  subscriptionId!: string | null;

  @Column('bytea')
  sealed!: Buffer;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  /** Null for the newest; one that was rotated away ends when the overlap does. */
  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt!: Date | null;
}
