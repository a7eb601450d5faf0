import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The answer to a refresh, kept for a minute for those who ask with the same token again (AS-53); readable with that token only. */
@Entity('refresh_replays')
@Index('refresh_replays_by_expiry', ['expiresAt'])
export class RefreshReplayEntity {
  @PrimaryColumn('bytea', { name: 'id_hash' })
  idHash!: Buffer;

  /** SHA-256 over client and parameters: another request gets nothing. */
  @Column('bytea')
  request!: Buffer;

  @Column('bytea')
  sealed!: Buffer;

  @Column('integer', { default: 0 })
  replays!: number;

  @Column('timestamptz', { name: 'issued_at', default: () => 'now()' })
  issuedAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
