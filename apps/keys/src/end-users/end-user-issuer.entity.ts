import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Whose tokens say for which end user of an organization a call is made. */
@Entity('end_user_issuers')
@Index('end_user_issuers_by_org', ['org', 'createdAt', 'id'])
@Index('end_user_issuers_live', ['org', 'issuer'], { unique: true, where: 'revoked_at IS NULL' })
export class EndUserIssuerEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'end_user_issuers_pkey' })
  id!: string;

  @Column('text')
  org!: string;

  @Column('text')
  name!: string;

  @Column('text')
  issuer!: string;

  @Column('text', { name: 'jwks_uri' })
  jwksUri!: string;

  @Column('text')
  audience!: string;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'revoked_at', precision: 3, nullable: true })
  revokedAt!: Date | null;
}
