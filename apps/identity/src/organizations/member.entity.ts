import type { OrgRole, ProjectRole } from '@latchkey/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';
import { OrganizationEntity } from './organization.entity.ts';
import { ProjectEntity } from './project.entity.ts';

/** Who belongs to an organization. A removed member's row stays, because its epoch must outlive a later return. */
@Entity('members')
@Check('members_role', `"role" IN ('owner', 'admin', 'member')`)
@Index('members_by_org', ['org', 'createdAt'])
@ForeignKey(() => UserEntity, ['userId'], ['id'], { name: 'members_user_fkey' })
@ForeignKey(() => OrganizationEntity, ['org'], ['slug'], { name: 'members_org_fkey' })
export class MemberEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @PrimaryColumn('text')
  org!: string;

  @Column('text')
  role!: OrgRole;

  /** Credentials of this membership issued at or before it are dead; whole seconds since 1970. */
  @Column('integer', { nullable: true })
  epoch!: number | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'removed_at', nullable: true })
  removedAt!: Date | null;
}

/** The role of a member in one project. */
@Entity('project_members')
@Check('project_members_role', `"role" IN ('viewer', 'contributor', 'admin')`)
@ForeignKey(() => MemberEntity, ['userId', 'org'], ['userId', 'org'], { name: 'project_members_member_fkey' })
@ForeignKey(() => ProjectEntity, ['org', 'project'], ['org', 'slug'], { name: 'project_members_project_fkey' })
export class ProjectMemberEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @PrimaryColumn('text')
  org!: string;

  @PrimaryColumn('text')
  project!: string;

  @Column('text')
  role!: ProjectRole;
}
