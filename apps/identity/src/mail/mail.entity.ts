import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A message that waits to be sent, or that lies in the mailbox. Sealed with the master key: a link in it can be worth as much as a password. */
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

  /** Set once it was delivered to where it is kept to be read: until then. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
}
