import type { OrganizationPolicy } from '@latchkey/contracts';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { OrganizationEntity } from '../organizations/organization.entity.ts';

/** What an organization demands; one without a row demands nothing of its own. */
@Entity('organization_policies')
@ForeignKey(() => OrganizationEntity, ['org'], ['slug'], { name: 'organization_policies_org_fkey' })
export class OrganizationPolicyEntity {
  @PrimaryColumn('text')
  org!: string;

  /** As it was set: members that came later are filled in when it is read. */
  @Column('jsonb')
  policy!: Partial<OrganizationPolicy>;

  /** Counts changes, so that a decision can name what it was made by. */
  @Column('integer')
  revision!: number;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
