import { Entity, ForeignKey, Index, PrimaryColumn, Column } from 'typeorm';
import { HookDeliveryEntity } from './hook-delivery.entity.ts';

/** By what a repetition is known. The key decides, also while Redis is away (WH-12). */
@Entity('hook_replays')
@Index('hook_replays_by_delivery', ['deliveryId'])
@ForeignKey(() => HookDeliveryEntity, ['deliveryId'], ['id'], { name: 'hook_replays_delivery_fkey', onDelete: 'CASCADE' })
export class HookReplayEntity {
  @PrimaryColumn('uuid', { name: 'subscription_id', primaryKeyConstraintName: 'hook_replays_pkey' })
  subscriptionId!: string;

  @PrimaryColumn('text', { name: 'replay_id', primaryKeyConstraintName: 'hook_replays_pkey' })
  replayId!: string;

  @Column('uuid', { name: 'delivery_id' })
  deliveryId!: string;
}
