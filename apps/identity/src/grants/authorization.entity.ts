import type { GrantOrigin } from '@latchkey/contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What one user allowed one client, once: the meaning behind a token's `gid`. Revocation is absorbing. */
@Entity('authorizations')
@Check('authorizations_origin', `"origin" IN ('consent', 'remembered', 'device', 'assertion')`)
@Index('authorizations_by_user', ['userId', 'createdAt'])
@Index('authorizations_by_client', ['clientId'])
@Index('authorizations_by_org', ['org', 'createdAt'])
@Index('authorizations_by_issuer', ['issuerId'], { where: 'issuer_id IS NOT NULL' })
export class AuthorizationEntity {
  @PrimaryColumn('text', { name: 'grant_id' })
  grantId!: string;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  @Column('text', { name: 'client_id' })
  clientId!: string;

  /** The organization chosen at consent; null for a sign-in that reaches no resource. */
  @Column('text', { nullable: true })
  org!: string | null;

  @Column('text', { nullable: true })
  resource!: string | null;

  /** The only ones in which it may act; null for all of the organization, also those that come later. */
  @Column('text', { array: true, nullable: true })
  projects!: string[] | null;

  /** How and when the user had signed in who allowed it: `SignInFacts`. Policies are held against it as long as tokens come of it. */
  @Column('text', { array: true, default: () => "'{}'" })
  amr!: string[];

  @Column('timestamptz', { name: 'signed_in_at', default: () => 'now()' })
  signedInAt!: Date;

  /** As the client named itself then; null for what is older than this column. */
  @Column('text', { name: 'client_name', nullable: true })
  clientName!: string | null;

  /** Where the answer went, as `redirectClass` spells it; null for a device, which is sent nowhere. */
  @Column('text', { nullable: true })
  redirect!: string | null;

  @Column('text', { array: true, default: () => "'{}'" })
  scopes!: string[];

  @Column('text', { default: 'consent' })
  origin!: GrantOrigin;

  /** The sign-in in which it was allowed; it ends with that session where the session is ended for good. */
  @Column('text', { name: 'session_uid', nullable: true })
  sessionUid!: string | null;

  /** The trusted issuer whose assertion it came of; null for what a person allowed here. */
  @Column('uuid', { name: 'issuer_id', nullable: true })
  issuerId!: string | null;

  /** When it last got a token, to the minute. */
  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;

  @Column('text', { nullable: true })
  address!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
