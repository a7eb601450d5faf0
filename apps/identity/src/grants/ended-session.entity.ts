import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A sign-in session that was ended for good: tokens that name it as `sid` are dead. */
@Entity('ended_sessions')
@Index('ended_sessions_by_expiry', ['expiresAt'])
export class EndedSessionEntity {
  @PrimaryColumn('text')
  uid!: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'ended_at', default: () => 'now()' })
  endedAt!: Date;
}
