import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ProjectEntity } from '../organizations/project.entity.ts';

/** A part of a project that grants can name. A deleted one keeps its row, as a project does and for the same reason. */
@Entity('folders')
@ForeignKey(() => ProjectEntity, ['org', 'project'], ['org', 'slug'], { name: 'folders_project_fkey' })
export class FolderEntity {
  @PrimaryColumn('text')
  org!: string;

  @PrimaryColumn('text')
  project!: string;

  @PrimaryColumn('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}
