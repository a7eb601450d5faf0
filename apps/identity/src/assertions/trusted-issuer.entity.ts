import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { OrganizationEntity } from '../organizations/organization.entity.ts';

/** An identity provider whose assertions an organization takes for its members (AS-80). */
@Entity('trusted_issuers')
@Unique('trusted_issuers_once', ['org', 'issuer'])
@ForeignKey(() => OrganizationEntity, ['org'], ['slug'], { name: 'trusted_issuers_org_fkey' })
export class TrustedIssuerEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  org!: string;

  @Column('text')
  issuer!: string;

  @Column('text', { name: 'jwks_uri' })
  jwksUri!: string;

  /** The only clients that may present its assertions: what a client's registration says of the grant counts for nothing (AS-21). */
  @Column('text', { array: true })
  clients!: string[];

  @Column('boolean', { name: 'link_by_email' })
  linkByEmail!: boolean;

  @Column('uuid', { name: 'added_by' })
  addedBy!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
