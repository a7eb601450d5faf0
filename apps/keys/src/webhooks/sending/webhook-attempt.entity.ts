import type { WebhookAttemptError } from '@latchkey/contracts';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { WebhookDeliveryEntity } from './webhook-delivery.entity.ts';

/** What came of trying to deliver. Nothing of what the receiver said is kept but the status. */
@Entity('webhook_attempts')
@ForeignKey(() => WebhookDeliveryEntity, ['deliveryId'], ['id'], { name: 'webhook_attempts_delivery_fkey', onDelete: 'CASCADE' })
export class WebhookAttemptEntity {
  @PrimaryColumn('uuid', { name: 'delivery_id', primaryKeyConstraintName: 'webhook_attempts_pkey' })
  deliveryId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'webhook_attempts_pkey' })
  number!: number;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  @Column('integer', { name: 'duration_ms' })
  durationMs!: number;

  @Column('integer', { name: 'status_code', nullable: true })
  statusCode!: number | null;

  @Column('text', { nullable: true })
  error!: WebhookAttemptError | null;

  /** Ids of the secrets that signed it */
  @Column('uuid', { array: true })
  secrets!: string[];
}
