import type { WebhookSubscription, WebhookVerifier } from '@latchkey/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Which tool, and a template of its arguments */
export interface WebhookAction {
  server: string;
  tool: string;
  arguments: object;
}

/** Somebody outside who may have one tool called. */
@Entity('webhook_subscriptions')
@Index('webhook_subscriptions_by_org', ['org', 'createdAt', 'id'])
export class WebhookSubscriptionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_subscriptions_pkey' })
  id!: string;

  @Column('text')
  org!: string;

  @Column('text')
  project!: string;

  @Column('text')
  name!: string;

  @Column('text')
  verifier!: WebhookVerifier;

  @Column('jsonb')
  action!: WebhookAction;

  @Column('jsonb')
  hmac!: WebhookSubscription['hmac'];

  @Column('integer', { name: 'tolerance_seconds' })
  toleranceSeconds!: number;

  @Column('boolean', { default: true })
  enabled!: boolean;

  /** `sub` of the user in whose name the tool is called */
  @Column('text')
  owner!: string;

  /** Public id of the key that calls it */
  @Column('text', { name: 'key_id' })
  keyId!: string;

  /** The key itself, sealed */
  @Column('bytea', { name: 'sealed_key' })
  sealedKey!: Buffer;

  /** How often something came whose signature did not hold, and when last */
  @Column('integer', { default: 0 })
  refused!: number;

  @Column({ type: 'timestamptz', name: 'refused_at', precision: 3, nullable: true })
  refusedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;
}
