import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where a chain ends, and where what is kept of it begins. Its lock is the right to append or to prune. */
@Entity('audit_chains')
export class AuditChainEntity {
  @PrimaryColumn('text')
  chain!: string;

  @Column('bigint', { default: 0 })
  position!: string;

  @Column('bytea', { nullable: true })
  hash!: Buffer | null;

  /** The last link that retention has removed. */
  @Column('bigint', { name: 'pruned_position', default: 0 })
  prunedPosition!: string;

  @Column('bytea', { name: 'pruned_hash', nullable: true })
  prunedHash!: Buffer | null;
}
