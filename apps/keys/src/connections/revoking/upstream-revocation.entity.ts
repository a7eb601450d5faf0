import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A token that somebody has done with, and whose authorization server has not been told yet. */
@Entity('upstream_revocations')
@Index('upstream_revocations_by_due', ['dueAt'])
export class UpstreamRevocationEntity {
  /** Of the credential that it was, which what is sealed is bound to */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'upstream_revocations_pkey' })
  id!: string;

  @Column('text')
  org!: string;

  @Column('uuid', { name: 'connection_id' })
  connectionId!: string;

  /** Of the connection, for the audit log */
  @Column('text')
  name!: string;

  @Column('text')
  issuer!: string;

  @Column('text', { name: 'client_id' })
  clientId!: string;

  /** As it was in `connection_credentials` */
  @Column('bytea')
  sealed!: Buffer;

  /** As it was in `connections` */
  @Column('bytea', { name: 'sealed_client', nullable: true })
  sealedClient!: Buffer | null;

  @Column('integer', { default: 0 })
  attempts!: number;

  /** Of the process that is at it */
  @Column('uuid', { nullable: true })
  claim!: string | null;

  @Column({ type: 'timestamptz', name: 'due_at', precision: 3, default: () => 'clock_timestamp()' })
  dueAt!: Date;
}
