import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { ConnectionEntity } from '../definitions/connection.entity.ts';

/** Somebody on the way to the authorization server of an upstream and back. Ticket, browser and state are kept as SHA-256 only. */
@Entity('connection_flows')
@Unique('connection_flows_ticket_key', ['ticket'])
@Unique('connection_flows_state_key', ['state'])
@Index('connection_flows_by_end', ['expiresAt'])
@ForeignKey(() => ConnectionEntity, ['connectionId'], ['id'], { name: 'connection_flows_connection_fkey', onDelete: 'CASCADE' })
export class ConnectionFlowEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'connection_flows_pkey' })
  id!: string;

  @Column('text')
  org!: string;

  @Column('uuid', { name: 'connection_id' })
  connectionId!: string;

  @Column('text')
  holder!: string;

  /** `sub` of who has to be at the browser; null for an end user, whom we cannot ask to sign in */
  @Column('text', { nullable: true })
  person!: string | null;

  /** The OAuth client on whose call it began; null where a person or a key of theirs asked */
  @Column('text', { nullable: true })
  client!: string | null;

  @Column('text')
  ticket!: string;

  /** The cookie of the browser that opened it: it is nobody else's from then on */
  @Column('text', { nullable: true })
  browser!: string | null;

  /** Whether `person` was seen at the browser */
  @Column('boolean', { default: false })
  confirmed!: boolean;

  @Column('text', { nullable: true })
  state!: string | null;

  /** What only we may know until the answer comes (`FlowSecrets`), sealed */
  @Column('bytea', { nullable: true })
  sealed!: Buffer | null;

  @Column('text', { name: 'return_to', nullable: true })
  returnTo!: string | null;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt!: Date;
}
