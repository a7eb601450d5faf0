import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { OrganizationEntity } from '../organizations/organization.entity.ts';

/** A client that an organization vouches for: by its id, or every one whose metadata document is at a host (AS-90). */
@Entity('trusted_clients')
@Check('trusted_clients_kind', `"kind" IN ('client', 'host')`)
@Unique('trusted_clients_value_key', ['org', 'kind', 'value'])
@ForeignKey(() => OrganizationEntity, ['org'], ['slug'], { name: 'trusted_clients_org_fkey' })
export class TrustedClientEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  org!: string;

  @Column('text')
  kind!: 'client' | 'host';

  @Column('text')
  value!: string;

  @Column('uuid', { name: 'added_by', nullable: true })
  addedBy!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
