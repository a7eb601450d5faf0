import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How often a key was used on one day (UTC) at one server for one tool; empty names where there was none. */
@Entity('key_usage')
@Index('key_usage_by_org', ['org', 'day'])
export class KeyUsageEntity {
  @PrimaryColumn('text', { name: 'pat_id', primaryKeyConstraintName: 'key_usage_pkey' })
  patId!: string;

  @PrimaryColumn('date', { primaryKeyConstraintName: 'key_usage_pkey' })
  day!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'key_usage_pkey' })
  server!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'key_usage_pkey' })
  tool!: string;

  @Column('text')
  org!: string;

  @Column('text')
  owner!: string;

  @Column('bigint')
  calls!: string;
}
