import type { RateLimit, ResourceGrant, Scope } from '@latchkey/contracts';
import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** A personal access token: everything but the token. A row is never deleted, so that a key stays in its owner's history. */
@Entity('personal_access_tokens')
@Unique('personal_access_tokens_hash_key', ['hash'])
@Check('personal_access_tokens_hash_sha256', 'octet_length(hash) = 32')
@Index('personal_access_tokens_by_org', ['org', 'createdAt', 'id'])
@Index('personal_access_tokens_by_end', ['expiresAt'], { where: 'revoked_at IS NULL' })
@Index('personal_access_tokens_by_owner', ['org', 'owner', 'createdAt', 'id'])
export class PatEntity {
  /** The public id in the token */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'personal_access_tokens_pkey' })
  id!: string;

  /** SHA-256 over the whole token */
  @Column('bytea')
  hash!: Buffer;

  /** Head of the token as it was minted, public id included: the deployment's prefix may change later */
  @Column('text')
  prefix!: string;

  @Column('boolean', { default: false })
  service!: boolean;

  @Column('text')
  name!: string;

  @Column('text')
  org!: string;

  /** `sub` of the user; of a service key, the name of the key itself as a subject */
  @Column('text')
  owner!: string;

  @Column('text', { array: true })
  scopes!: Scope[];

  @Column('text', { array: true, nullable: true })
  projects!: string[] | null;

  @Column('jsonb', { nullable: true })
  grants!: ResourceGrant[] | null;

  @Column('text', { array: true, nullable: true })
  tools!: string[] | null;

  /** Ranges in CIDR notation; null: any address */
  @Column('text', { name: 'allowed_ips', array: true, nullable: true })
  allowedIps!: string[] | null;

  @Column('jsonb', { name: 'rate_limit', nullable: true })
  rateLimit!: RateLimit | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  /** A whole second, as the gateways count */
  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'last_used_at', precision: 3, nullable: true })
  lastUsedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'revoked_at', precision: 3, nullable: true })
  revokedAt!: Date | null;

  @Column('text', { name: 'revoke_reason', nullable: true })
  revokeReason!: string | null;

  /** The last step, in days before its end, by which its owner was told of it */
  @Column('smallint', { name: 'noticed_days', nullable: true })
  noticedDays!: number | null;

  /** Id of the key that this one took the place of */
  @Column('text', { nullable: true })
  replaces!: string | null;

  @Column('text', { name: 'replaced_by', nullable: true })
  replacedBy!: string | null;
}
