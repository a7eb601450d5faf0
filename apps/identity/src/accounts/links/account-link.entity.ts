import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../user.entity.ts';

export const linkPurposes = ['sign_up', 'password_reset', 'email_change', 'email_undo'] as const;
export type LinkPurpose = (typeof linkPurposes)[number];

/** A link that was mailed to somebody, and works once. Its token is a bearer secret, so only the SHA-256 is here. */
@Entity('account_links')
@Check('account_links_purpose', `"purpose" IN ('sign_up', 'password_reset', 'email_change', 'email_undo')`)
@Index('account_links_by_user', ['userId'], { where: 'user_id IS NOT NULL' })
@Index('account_links_by_expiry', ['expiresAt'])
@ForeignKey(() => UserEntity, ['userId'], ['id'], { name: 'account_links_user_fkey' })
export class AccountLinkEntity {
  @PrimaryColumn('bytea', { name: 'token_hash' })
  tokenHash!: Buffer;

  @Column('text')
  purpose!: LinkPurpose;

  /** Null while the account that it is about does not exist yet. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;

  /** What following it brings about, under the master key: a password hash may be part of it. */
  @Column('bytea')
  sealed!: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
