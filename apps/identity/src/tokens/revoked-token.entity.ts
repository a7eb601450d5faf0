import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An access token that was ended before its `exp`. */
@Entity('revoked_tokens')
@Index('revoked_tokens_by_expiry', ['expiresAt'])
export class RevokedTokenEntity {
  @PrimaryColumn('text')
  jti!: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'revoked_at', default: () => 'now()' })
  revokedAt!: Date;
}
