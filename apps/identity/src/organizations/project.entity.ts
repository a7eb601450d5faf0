import { Column, Entity, ForeignKey, IsNull, PrimaryColumn, type EntityManager } from 'typeorm';
import { OrganizationEntity } from './organization.entity.ts';

/**
 * A part of an organization with its own servers and roles; its slug is unique within the organization. A deleted one keeps its row: keys
 * name projects, and one that came back under the same name would give them what they were never meant for.
 */
@Entity('projects')
@ForeignKey(() => OrganizationEntity, ['org'], ['slug'], { name: 'projects_org_fkey' })
export class ProjectEntity {
  @PrimaryColumn('text')
  org!: string;

  @PrimaryColumn('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}

/** Whether there is such a project. */
export const liveProject = (manager: EntityManager, org: string, slug: string): Promise<boolean> =>
  manager.existsBy(ProjectEntity, { org, slug, deletedAt: IsNull() });
