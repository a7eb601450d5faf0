import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';

/** A browser that is signed in to the console. The cookie's value is a bearer secret, so only its SHA-256 is here. */
@Entity('console_sessions')
@Index('console_sessions_by_expiry', ['expiresAt'])
@Index('console_sessions_by_user', ['userId'])
@ForeignKey(() => UserEntity, ['userId'], ['id'], { name: 'console_sessions_user_fkey' })
export class ConsoleSessionEntity {
  @PrimaryColumn('bytea', { name: 'id_hash' })
  idHash!: Buffer;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  /** Of the browser, as it calls itself. */
  @Column('text', { name: 'user_agent', nullable: true })
  userAgent!: string | null;

  /** From where it was seen last. */
  @Column('text', { nullable: true })
  address!: string | null;

  @Column('timestamptz', { name: 'last_seen_at', default: () => 'now()' })
  lastSeenAt!: Date;

  /** How and when the person signed in: `SignInFacts`. */
  @Column('text', { array: true, default: () => "'{}'" })
  amr!: string[];

  @Column('timestamptz', { name: 'signed_in_at', default: () => 'now()' })
  signedInAt!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
