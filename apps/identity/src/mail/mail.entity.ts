import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A message that waits to be sent. Sealed with the master key: a link in it can be worth as much as a password. */
@Entity('mails')
@Index('mails_by_due', ['dueAt'])
export class MailEntity {
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
