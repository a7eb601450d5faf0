import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { OrganizationEntity } from './organization.entity.ts';

/** A part of an organization with its own servers and roles; its slug is unique within the organization. */
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
}
