import type { Connection } from '@latchkey/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How the server's authorization server is used; found and registered where nothing was given. */
export interface ConnectionOauth {
  issuer: string | null;
  /** Whether the issuer was given, and is not looked for */
  pinned: boolean;
  clientId: string | null;
  scopes: string[];
  /** Whether the client was made here, so that it may be made anew */
  registered: boolean;
  /** Redirect URI that it is used with */
  callback?: string;
  /** RFC 8707, as the server calls itself */
  resource?: string;
}

/** That a project shows something to one of its servers; what that is lies in `connection_credentials`. */
@Entity('connections')
@Index('connections_by_org', ['org', 'createdAt', 'id'])
export class ConnectionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'connections_pkey' })
  id!: string;

  @Column('text')
  org!: string;

  @Column('text')
  project!: string;

  /** Slug */
  @Column('text')
  server!: string;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: Connection['kind'];

  @Column('text')
  per!: Connection['per'];

  @Column('text')
  header!: string;

  /** URL of the server when this was made: the resource (RFC 8707) that tokens are asked for, and the origin that they go to */
  @Column('text')
  resource!: string;

  @Column('jsonb', { nullable: true })
  oauth!: ConnectionOauth | null;

  /** Secret of the OAuth client, sealed */
  @Column('bytea', { name: 'sealed_client', nullable: true })
  sealedClient!: Buffer | null;

  @Column('text', { name: 'redirect_uris', array: true })
  redirectUris!: string[];

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'revoked_at', precision: 3, nullable: true })
  revokedAt!: Date | null;
}
