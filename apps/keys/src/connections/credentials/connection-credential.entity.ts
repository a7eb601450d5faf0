import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { ConnectionEntity } from '../definitions/connection.entity.ts';

/** Holder of what a whole project shows. */
export const projectHolder = '';
export const holderOfUser = (sub: string): string => `user:${sub}`;
/** `issuer` is the id of its registration. */
export const holderOfEndUser = ({ issuer, sub }: { issuer: string; sub: string }): string => `end:${issuer}:${sub}`;
/** `sub` of a user of ours; null for an end user of somebody else's */
export const userOfHolder = (holder: string): string | null => (holder.startsWith('user:') ? holder.slice('user:'.length) : null);

/** The same in parts. */
export function partsOfHolder(holder: string): { kind: 'project' | 'user' | 'end_user'; subject: string | null; issuer: string | null } {
  if (holder === projectHolder) return { kind: 'project', subject: null, issuer: null };
  const user = userOfHolder(holder);
  if (user !== null) return { kind: 'user', subject: user, issuer: null };
  const [, issuer = '', ...subject] = holder.split(':');
  return { kind: 'end_user', subject: subject.join(':'), issuer };
}

/** What is shown to a server in the name of one holder. */
@Entity('connection_credentials')
@Unique('connection_credentials_holder_key', ['connectionId', 'holder'])
@ForeignKey(() => ConnectionEntity, ['connectionId'], ['id'], { name: 'connection_credentials_connection_fkey', onDelete: 'CASCADE' })
export class ConnectionCredentialEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'connection_credentials_pkey' })
  id!: string;

  @Column('text')
  org!: string;

  @Column('uuid', { name: 'connection_id' })
  connectionId!: string;

  @Column('text')
  holder!: string;

  @Column('text')
  status!: 'connected' | 'refused' | 'expired' | 'failed';

  /** Another one whenever the value is */
  @Column('integer')
  version!: number;

  /** `SealedCredential` as JSON, sealed; null once it has ended */
  @Column('bytea', { nullable: true })
  sealed!: Buffer | null;

  @Column('bytea', { name: 'previous_sealed', nullable: true })
  previousSealed!: Buffer | null;

  @Column({ type: 'timestamptz', name: 'previous_until', precision: 3, nullable: true })
  previousUntil!: Date | null;

  /** What the authorization server gave it for, as far as it is known */
  @Column('text', { array: true, default: [] })
  scopes!: string[];

  /** What the server demanded beyond that: whoever connects anew is asked for it too, and nobody has it before. */
  @Column('text', { array: true, default: [] })
  wanted!: string[];

  /** Of the access token */
  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt!: Date | null;

  /** Of the replica that refreshes it at the moment */
  @Column('uuid', { nullable: true })
  lease!: string | null;

  @Column({ type: 'timestamptz', name: 'lease_until', precision: 3, nullable: true })
  leaseUntil!: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;
}
