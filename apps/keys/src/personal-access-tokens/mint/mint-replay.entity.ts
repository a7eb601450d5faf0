import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A mint that was given a name by whoever asked for it, so that a lost answer can be had again. */
@Entity('mint_replays')
@Index('mint_replays_by_end', ['expiresAt'])
export class MintReplayEntity {
  /** Digest of who asked, with what credential, and of the name: the name itself may be anything, a secret too */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'mint_replays_pkey' })
  id!: string;

  @Column('text')
  org!: string;

  @Column('text', { name: 'request_hash' })
  requestHash!: string;

  @Column('text', { name: 'pat_id', nullable: true })
  patId!: string | null;

  /** The token; the row goes when it ends */
  @Column('bytea', { nullable: true })
  sealed!: Buffer | null;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt!: Date;
}
