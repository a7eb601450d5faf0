import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';
import { TrustedIssuerEntity } from './trusted-issuer.entity.ts';

/** Who a member is at a trusted issuer: by its subject, which never changes hands, and by nothing else once it is known (AS-81). */
@Entity('linked_subjects')
@Check('linked_subjects_by', `"linked_by" IN ('owner', 'email')`)
@Unique('linked_subjects_once', ['issuerId', 'subject'])
@ForeignKey(() => TrustedIssuerEntity, ['issuerId'], ['id'], { name: 'linked_subjects_issuer_fkey', onDelete: 'CASCADE' })
@ForeignKey(() => UserEntity, ['userId'], ['id'], { name: 'linked_subjects_user_fkey', onDelete: 'CASCADE' })
export class LinkedSubjectEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'issuer_id' })
  issuerId!: string;

  @Column('text')
  subject!: string;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  @Column('text', { name: 'linked_by' })
  linkedBy!: 'owner' | 'email';

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
