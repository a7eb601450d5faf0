import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';

/** A yes that is remembered. It gives nothing by itself: the next authorization has a grant of its own all the same (AS-14). */
@Entity('consents')
@Index('consents_by_request', ['userId', 'clientId', 'redirect', 'resource'], { unique: true })
@Index('consents_by_expiry', ['expiresAt'])
@ForeignKey(() => UserEntity, ['userId'], ['id'], { name: 'consents_user_fkey' })
export class ConsentEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  @Column('text', { name: 'client_id' })
  clientId!: string;

  /** As the client named itself then. */
  @Column('text', { name: 'client_name' })
  clientName!: string;

  @Column('text')
  redirect!: string;

  /** Empty for a sign-in that reaches no resource. */
  @Column('text')
  resource!: string;

  @Column('text', { nullable: true })
  org!: string | null;

  /** The only ones in which it may act; null for all of the organization, also those that come later. */
  @Column('text', { array: true, nullable: true })
  projects!: string[] | null;

  /** What was given, not what was asked: a role that has grown since is asked about anew. */
  @Column('text', { array: true })
  scopes!: string[];

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
