import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One object of the OAuth engine: a code, a session, a grant, a refresh token. Its id is a bearer secret, so only the hash is here (AS-57). */
@Entity('artifacts')
@Index('artifacts_by_grant', ['grantId', 'kind'], { where: 'grant_id IS NOT NULL' })
@Index('artifacts_by_uid', ['kind', 'uid'], { unique: true, where: 'uid IS NOT NULL' })
@Index('artifacts_by_user_code', ['userCode'], { where: 'user_code IS NOT NULL' })
@Index('artifacts_by_expiry', ['expiresAt'], { where: 'expires_at IS NOT NULL' })
// On an expression, which is not ours to describe here: whose sessions they are.
@Index('artifacts_sessions_by_account', { synchronize: false })
export class ArtifactEntity {
  @PrimaryColumn('text')
  kind!: string;

  @PrimaryColumn('bytea', { name: 'id_hash' })
  idHash!: Buffer;

  @Column('jsonb')
  payload!: Record<string, unknown>;

  @Column('text', { name: 'grant_id', nullable: true })
  grantId!: string | null;

  @Column('text', { nullable: true })
  uid!: string | null;

  @Column('text', { name: 'user_code', nullable: true })
  userCode!: string | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'consumed_at', nullable: true })
  consumedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
