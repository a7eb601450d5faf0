import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What one user allowed one client, once: the meaning behind a token's `gid`. Revocation is absorbing. */
@Entity('authorizations')
@Index('authorizations_by_user', ['userId', 'createdAt'])
@Index('authorizations_by_client', ['clientId'])
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

  /** How and when the user had signed in who allowed it: `SignInFacts`. Policies are held against it as long as tokens come of it. */
  @Column('text', { array: true, default: () => "'{}'" })
  amr!: string[];

  @Column('timestamptz', { name: 'signed_in_at', default: () => 'now()' })
  signedInAt!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
