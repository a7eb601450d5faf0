import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** How a client came to be: by dynamic registration, or registered by a person of an organization. */
export const clientOrigins = ['dynamic', 'registered'] as const;
export type ClientOrigin = (typeof clientOrigins)[number];

/** An OAuth client. A deleted row stays as a tombstone, so that its id is never reused and can be told from a mistyped one. */
@Entity('clients')
@Check('clients_origin', `"origin" IN ('dynamic', 'registered')`)
export class ClientEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  origin!: ClientOrigin;

  /** As the engine stores it, without `client_secret`. */
  @Column('jsonb')
  metadata!: Record<string, unknown>;

  /** SHA-256; the secret itself is shown once and kept nowhere. */
  @Column('bytea', { name: 'secret_hash', nullable: true })
  secretHash!: Buffer | null;

  @Column('text', { nullable: true })
  org!: string | null;

  /** Set by us alone: without it no machine grant is ever answered (AS-21). */
  @Column('boolean', { default: false })
  privileged!: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}
