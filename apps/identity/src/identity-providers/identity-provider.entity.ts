import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { OrganizationEntity } from '../organizations/organization.entity.ts';

/** An OpenID provider at which members of one organization sign in. */
@Entity('identity_providers')
@Index('identity_providers_by_org', ['org', 'createdAt'])
@ForeignKey(() => OrganizationEntity, ['org'], ['slug'], { name: 'identity_providers_org_fkey' })
export class IdentityProviderEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  org!: string;

  @Column('text')
  label!: string;

  @Column('text')
  issuer!: string;

  @Column('text', { name: 'client_id' })
  clientId!: string;

  /** The client secret, sealed with the master key; null for a public client. */
  @Column('bytea', { name: 'sealed_secret', nullable: true })
  sealedSecret!: Buffer | null;

  @Column('text')
  scopes!: string;

  @Column('text', { name: 'mfa_acr_values', array: true })
  mfaAcrValues!: string[];

  @Column('boolean')
  enabled!: boolean;

  /** Counts changes, so that what was remembered of an earlier state is not used. */
  @Column('integer')
  revision!: number;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
