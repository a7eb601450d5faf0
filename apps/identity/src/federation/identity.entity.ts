import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';

/** Who somebody is at another provider. By issuer and subject only: an address can change hands, these two cannot (OpenID Connect Core 5.7). */
@Entity('identities')
@Index('identities_by_user', ['userId', 'createdAt'])
@ForeignKey(() => UserEntity, ['userId'], ['id'], { name: 'identities_user_fkey' })
export class IdentityEntity {
  @PrimaryColumn('text')
  issuer!: string;

  @PrimaryColumn('text')
  subject!: string;

  /** What pages and the audit log call it, so that neither has to name the subject. */
  @Column('uuid')
  id!: string;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  /** As the provider spells it, to be recognized by; it decides nothing. */
  @Column('text', { nullable: true })
  email!: string | null;

  /** Key of the provider through which it was connected. */
  @Column('text')
  provider!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
