import type { DomainCheck } from '@latchkey/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { OrganizationEntity } from '../organizations/organization.entity.ts';

/** A domain that an organization says is its own. Several may say so of one domain, and one of them proves it. */
@Entity('domains')
@Check('domains_last_outcome', `"last_outcome" IN ('found', 'missing', 'other_value', 'unreachable')`)
@Index('domains_verified', ['domain'], { unique: true, where: 'verified_at IS NOT NULL' })
@Index('domains_by_check', ['checkedAt'], { where: 'verified_at IS NOT NULL' })
@ForeignKey(() => OrganizationEntity, ['org'], ['slug'], { name: 'domains_org_fkey' })
export class DomainEntity {
  @PrimaryColumn('text')
  org!: string;

  @PrimaryColumn('text')
  domain!: string;

  /** What the TXT record has to say. It is public once it is there; that another organization has another one is what makes it a proof. */
  @Column('text')
  challenge!: string;

  @Column('boolean', { name: 'auto_join', default: false })
  autoJoin!: boolean;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'clock_timestamp()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'verified_at', nullable: true })
  verifiedAt!: Date | null;

  @Column('timestamptz', { name: 'checked_at', nullable: true })
  checkedAt!: Date | null;

  @Column('text', { name: 'last_outcome', nullable: true })
  lastOutcome!: DomainCheck | null;

  /** Since when the record of a verified domain was not found any more. */
  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince!: Date | null;
}
