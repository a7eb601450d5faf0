import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { WebhookEndpointEntity } from '../endpoints/webhook-endpoint.entity.ts';

/** One of the secrets that sign to an endpoint, sealed. */
@Entity('webhook_secrets')
@Index('webhook_secrets_by_endpoint', ['endpointId'])
@ForeignKey(() => WebhookEndpointEntity, ['endpointId'], ['id'], { name: 'webhook_secrets_endpoint_fkey', onDelete: 'CASCADE' })
export class WebhookSecretEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_secrets_pkey' })
  id!: string;

  @Column('text')
  org!: string;

  @Column('uuid', { name: 'endpoint_id' })
  endpointId!: string;

  @Column('bytea')
  sealed!: Buffer;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  /** Null for the newest; one that was rotated away ends when the overlap does. */
  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt!: Date | null;
}
