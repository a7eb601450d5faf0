import type { ServerHealthReport } from '@latchkey/contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ServerEntity } from './server.entity.ts';

/** A server as one gateway has seen it; gone soon after that gateway is silent. */
@Entity('server_health')
@Index('server_health_by_expiry', ['expiresAt'])
@ForeignKey(() => ServerEntity, ['server'], ['id'], { name: 'server_health_server_fkey' })
export class ServerHealthEntity {
  @PrimaryColumn('uuid')
  server!: string;

  @PrimaryColumn('uuid')
  gateway!: string;

  @Column('jsonb')
  seen!: ServerHealthReport['servers'][number];

  @Column('timestamptz', { name: 'seen_at', default: () => 'now()' })
  seenAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
