import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A report that was counted: told again, it is not counted again. */
@Entity('usage_reports')
@Index('usage_reports_by_age', ['receivedAt'])
export class UsageReportEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'usage_reports_pkey' })
  id!: string;

  @Column({ type: 'timestamptz', name: 'received_at', precision: 3 })
  receivedAt!: Date;
}
