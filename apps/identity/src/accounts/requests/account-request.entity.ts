import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What somebody asked of an account that may not exist. It is looked into after they were answered, so that no answer can tell. */
@Entity('account_requests')
@Index('account_requests_by_due', ['dueAt'])
export class AccountRequestEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('bytea')
  sealed!: Buffer;

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('timestamptz', { name: 'due_at', default: () => 'clock_timestamp()' })
  dueAt!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
