import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An assertion that was used, kept until it is too old in any case (AS-80). */
@Entity('used_assertions')
@Index('used_assertions_by_expiry', ['expiresAt'])
export class UsedAssertionEntity {
  @PrimaryColumn('uuid', { name: 'issuer_id' })
  issuerId!: string;

  /** SHA-256 of its `jti` */
  @PrimaryColumn('bytea', { name: 'jti_hash' })
  jtiHash!: Buffer;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
