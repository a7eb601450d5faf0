import type { ServerProbe, ServerSettings, ToolHints } from '@latchkey/contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { ProjectEntity } from '../organizations/project.entity.ts';

/** A registered MCP server. A deleted one keeps its row, so that its slug, which is an audience in old tokens, is never used again. */
@Entity('servers')
@Unique('servers_slug_key', ['slug'])
@Index('servers_by_org', ['org', 'createdAt'])
@ForeignKey(() => ProjectEntity, ['org', 'project'], ['org', 'slug'], { name: 'servers_project_fkey' })
export class ServerEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  slug!: string;

  @Column('text')
  org!: string;

  @Column('text')
  project!: string;

  @Column('text', { nullable: true })
  folder!: string | null;

  @Column('text')
  name!: string;

  @Column('text')
  url!: string;

  /** As they were set: members that came later are filled in when they are read. */
  @Column('jsonb', { default: {} })
  settings!: Partial<ServerSettings>;

  /** What the tools said of themselves when they were last listed, of those that said something */
  @Column('jsonb', { default: {} })
  tools!: Record<string, ToolHints>;

  /** What a gateway found when it last looked */
  @Column('jsonb', { nullable: true })
  probe!: ServerProbe | null;

  @Column('timestamptz', { name: 'probed_at', nullable: true })
  probedAt!: Date | null;

  /** Counts changes, so that a decision can name what it was made by. */
  @Column('integer', { default: 1 })
  revision!: number;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}
