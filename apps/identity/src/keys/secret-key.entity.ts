import { Column, Entity, PrimaryColumn } from 'typeorm';

export type KeyPurpose = 'ES256' | 'RS256' | 'cookie';

/** A key of ours, sealed with the master key; its public half in clear. */
@Entity('secret_keys')
export class SecretKeyEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  purpose!: KeyPurpose;

  @Column('jsonb', { name: 'public_jwk', nullable: true })
  publicJwk!: Record<string, unknown> | null;

  @Column('bytea')
  sealed!: Buffer;

  /** The lowest of a purpose is the one in use; the others are published, or still verified with (AS-70). */
  @Column('integer')
  position!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** Since when another key signs in its place. */
  @Column('timestamptz', { name: 'signed_until', nullable: true })
  signedUntil!: Date | null;

  @Column('timestamptz', { name: 'retired_at', nullable: true })
  retiredAt!: Date | null;
}
