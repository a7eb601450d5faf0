import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A tenant. The slug is its id in every token, record and path; it never changes and is never used again. */
@Entity('organizations')
export class OrganizationEntity {
  @PrimaryColumn('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;

  /** Credentials of this organization issued at or before it are dead; whole seconds since 1970. */
  @Column('integer', { nullable: true })
  epoch!: number | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
