import type { ServerRecord } from '@latchkey/contracts';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ServerEntity } from './server.entity.ts';

/** What a server was before it is what it is: a decision of the past is explained by the revision that it names. */
@Entity('server_revisions')
@ForeignKey(() => ServerEntity, ['server'], ['id'], { name: 'server_revisions_server_fkey' })
export class ServerRevisionEntity {
  @PrimaryColumn('uuid')
  server!: string;

  @PrimaryColumn('integer')
  revision!: number;

  @Column('jsonb')
  record!: ServerRecord;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
