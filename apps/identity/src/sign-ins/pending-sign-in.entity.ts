import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';

/**
 * What a sign-in waits for: somebody who says whose a foreign identity is, a code of the second factor, a second factor to be bound, or
 * nothing but the page that takes it up.
 */
export type PendingStage = 'link' | 'second-factor' | 'enrol' | 'ready';

/** A sign-in that takes several pages. The browser holds the id in a cookie, a bearer secret, so only its SHA-256 is here. */
@Entity('pending_sign_ins')
@Index('pending_sign_ins_by_expiry', ['expiresAt'])
@ForeignKey(() => UserEntity, ['userId'], ['id'], { name: 'pending_sign_ins_user_fkey' })
export class PendingSignInEntity {
  @PrimaryColumn('bytea', { name: 'id_hash' })
  idHash!: Buffer;

  @Column('text')
  destination!: string;

  @Column('text')
  stage!: PendingStage;

  /** Null until somebody has said who they are. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;

  @Column('text', { array: true })
  amr!: string[];

  @Column('timestamptz', { name: 'signed_in_at' })
  signedInAt!: Date;

  /** A foreign identity that becomes this user's once they have proven to be it. */
  @Column('jsonb', { nullable: true })
  identity!: Record<string, unknown> | null;

  /** Which organization demands what is waited for, where one does. */
  @Column('text', { nullable: true })
  org!: string | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
