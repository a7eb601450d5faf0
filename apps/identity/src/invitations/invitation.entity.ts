import type { OrgRole, ProjectRole } from '@latchkey/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { OrganizationEntity } from '../organizations/organization.entity.ts';

/** An open invitation, or what became of it. The token in its link is a bearer secret, so only the SHA-256 is here. */
@Entity('invitations')
@Check('invitations_role', `"role" IN ('owner', 'admin', 'member')`)
@Check('invitations_closed_as', `"closed_as" IN ('accepted', 'declined', 'revoked')`)
@Unique('invitations_token_key', ['tokenHash'])
@Index('invitations_open', ['org', 'email'], { unique: true, where: 'closed_as IS NULL' })
@Index('invitations_by_org', ['org', 'createdAt'])
@ForeignKey(() => OrganizationEntity, ['org'], ['slug'], { name: 'invitations_org_fkey' })
export class InvitationEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  org!: string;

  @Column('text')
  email!: string;

  @Column('text')
  role!: OrgRole;

  /** Roles by project slug. */
  @Column('jsonb')
  projects!: Record<string, ProjectRole>;

  @Column('bytea', { name: 'token_hash' })
  tokenHash!: Buffer;

  @Column('uuid', { name: 'invited_by' })
  invitedBy!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'clock_timestamp()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('text', { name: 'closed_as', nullable: true })
  closedAs!: 'accepted' | 'declined' | 'revoked' | null;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;
}
